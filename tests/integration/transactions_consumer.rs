//! The example of a consumer in Rust: what its table has after events about transactions.

mod failures;
mod malformed;
mod order;
pub(crate) mod stand;
mod template;

use runtime::clock::now;
use serde_json::{Value, json};

use stand::{CREATED, DELETED, Stand, UPDATED, event, id_texts};

const SCHEMA: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../docs/events/webhook.v1.schema.json"
);
/// Thirty times the usual, which is more than one page.
const BUSY_USER: &str = "user-ok-perf-30";

#[test]
fn the_events_of_these_tests_are_what_the_schema_says() {
    let schema: Value = serde_json::from_slice(&std::fs::read(SCHEMA).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let fields = json!({
        "itemId": "9a7b6c5d-0000-4000-8000-000000000001",
        "accountId": "aaaa6c5d-0000-4000-8000-000000000002",
    });

    for detail_type in [CREATED, UPDATED, DELETED] {
        let event = event(1, detail_type, fields.clone());
        let event: Value = serde_json::from_str(&event).unwrap();

        let valid = validator.validate(&event["detail"]);
        assert!(valid.is_ok(), "{}", valid.unwrap_err());
    }
}

#[tokio::test]
async fn the_transactions_of_a_new_account_are_kept_as_pluggy_has_them() {
    let stand = Stand::connected("user-ok").await;
    let at_pluggy = stand.at_pluggy().await;
    let before = now().as_millisecond();

    stand.receive(&[stand.event(1, CREATED, json!({}))]).await;

    assert!(!at_pluggy.is_empty());
    let kept = stand.kept().await;
    assert_eq!(kept.len(), at_pluggy.len());
    for transaction in at_pluggy {
        let row = &kept[&transaction.id.to_string()];
        let text = |name: &str| row[name].as_s().unwrap().as_str();
        assert_eq!(text("amount"), transaction.amount.unwrap().as_str());
        assert_eq!(text("date"), format!("{:.3}", transaction.date.unwrap()));
        assert_eq!(text("description"), transaction.description.unwrap());
        assert_eq!(text("status"), transaction.status.unwrap().as_str());
        assert_eq!(text("itemId"), stand.item_id.to_string());
        assert!(row["fetchedAt"].as_n().unwrap().parse::<i64>().unwrap() >= before);
        assert_eq!(row.len(), 8, "{row:?}");
    }
}

#[tokio::test]
async fn the_pages_of_a_busy_account_are_kept_all() {
    let stand = Stand::connected(BUSY_USER).await;

    stand.receive(&[stand.event(1, CREATED, json!({}))]).await;

    assert_eq!(stand.questions(), 2);
    assert_eq!(stand.kept().await.len(), 600);
    let [row] = &stand.applied().await[..] else {
        panic!("one event was applied");
    };
    assert_eq!(row["pk"], row["sk"]);
    assert_eq!(row["pk"].as_s().unwrap(), &format!("EVENT#{:064x}", 1));
    assert_eq!(row["detailType"].as_s().unwrap(), CREATED);
    assert_eq!(
        row["accountId"].as_s().unwrap(),
        &stand.account_id.to_string()
    );
    assert_eq!(row["transactions"].as_n().unwrap(), "600");
    let expires_at: i64 = row["expiresAt"].as_n().unwrap().parse().unwrap();
    let days = (expires_at - now().as_second()) / (24 * 60 * 60);
    assert!((59..=60).contains(&days), "{days}");
}

#[tokio::test]
async fn only_what_is_new_is_read_where_the_event_says_since_when() {
    let stand = Stand::connected("user-ok").await;
    let before = id_texts(&stand.at_pluggy().await);
    let added = stand.sync().await;
    let since = added[0].created_at.unwrap().to_string();

    let moment = json!({ "transactionsCreatedAtFrom": since });
    stand.receive(&[stand.event(1, CREATED, moment)]).await;

    let kept = stand.kept().await;
    assert_eq!(kept.len(), added.len());
    assert!(before.iter().all(|id| !kept.contains_key(id)));
}

#[tokio::test]
async fn what_the_bank_settles_is_kept_as_it_is_now() {
    let stand = Stand::connected("user-ok").await;
    stand.receive(&[stand.event(1, CREATED, json!({}))]).await;
    let before = stand.kept().await;
    let settled = id_texts(&stand.at_pluggy().await[..2]);
    stand.change_at_bank(2, 0);

    let ids = json!({ "transactionIds": settled });
    stand.receive(&[stand.event(2, UPDATED, ids)]).await;

    let kept = stand.kept().await;
    for (id, row) in &before {
        let is_settled = settled.contains(id);
        assert_eq!(kept[id]["amount"] != row["amount"], is_settled, "{id}");
        assert_eq!(
            kept[id]["fetchedAt"] != row["fetchedAt"],
            is_settled,
            "{id}"
        );
    }
    for id in &settled {
        assert_eq!(kept[id]["status"].as_s().unwrap(), "POSTED");
    }
}

#[tokio::test]
async fn more_changed_ids_than_pluggy_takes_at_once_are_asked_for_in_parts() {
    let stand = Stand::connected(BUSY_USER).await;
    let ids = id_texts(&stand.at_pluggy().await);

    let ids = json!({ "transactionIds": ids });
    stand.receive(&[stand.event(1, UPDATED, ids)]).await;

    assert_eq!(stand.questions(), 2);
    assert_eq!(stand.kept().await.len(), 600);
}

#[tokio::test]
async fn what_the_bank_takes_back_leaves_a_mark_without_a_word_of_it() {
    let stand = Stand::connected("user-ok").await;
    stand.receive(&[stand.event(1, CREATED, json!({}))]).await;
    let before = stand.at_pluggy().await;
    let deleted = id_texts(&before[before.len() - 3..]);
    stand.change_at_bank(0, 3);

    // One spelling of an id is as good as another.
    let ids: Vec<String> = deleted.iter().map(|id| id.to_uppercase()).collect();
    let ids = json!({ "transactionIds": ids });
    stand.receive(&[stand.event(2, DELETED, ids)]).await;

    let kept = stand.kept().await;
    assert_eq!(kept.len(), before.len());
    for id in &deleted {
        let mut names: Vec<_> = kept[id].keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["deleted", "expiresAt", "fetchedAt", "pk", "sk"]);
        assert_eq!(kept[id]["deleted"].as_bool(), Ok(&true));
    }
    assert_eq!(stand.live().await, id_texts(&stand.at_pluggy().await));
    assert_eq!(stand.questions(), 1, "nobody asks for what is gone");
}

#[tokio::test]
async fn an_account_that_is_gone_at_pluggy_is_done_with() {
    let stand = Stand::connected("user-ok").await;
    let deleting = stand.deployment.pluggy_client();
    deleting.delete_item(stand.item_id, now()).await.unwrap();

    let failed = stand
        .receive(&[
            stand.event(1, CREATED, json!({})),
            event(2, CREATED, json!({ "accountId": stand.item_id })),
        ])
        .await;

    assert!(failed.is_empty(), "{failed:?}");
    assert!(stand.kept().await.is_empty());
    let applied = stand.applied().await;
    assert_eq!(applied.len(), 2);
    for row in applied {
        assert_eq!(row["transactions"].as_n().unwrap(), "0");
    }
}
