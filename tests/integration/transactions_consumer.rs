//! The example of a consumer in Rust: the content of its table after events about transactions.

mod erasure;
mod failures;
mod forged;
mod malformed;
mod order;
mod template;
pub(crate) mod testbed;

use runtime::clock::now;
use serde_json::{Value, json};

use testbed::{CREATED, DELETED, Testbed, UPDATED, event, id_texts};

const SCHEMA: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../docs/reference/events/webhook.v1.schema.json"
);
/// A user with thirty times the usual transactions, which is more than one page.
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
async fn the_transactions_of_a_new_account_are_stored_as_pluggy_has_them() {
    let testbed = Testbed::connected("user-ok").await;
    let at_pluggy = testbed.at_pluggy().await;
    let before = now().as_millisecond();

    testbed.receive_created().await;

    assert!(!at_pluggy.is_empty());
    let kept = testbed.kept().await;
    assert_eq!(kept.len(), at_pluggy.len());
    for transaction in at_pluggy {
        let row = &kept[&transaction.id.to_string()];
        let text = |name: &str| row[name].as_s().unwrap().as_str();
        assert_eq!(text("amount"), transaction.amount.unwrap().as_str());
        assert_eq!(text("date"), format!("{:.3}", transaction.date.unwrap()));
        assert_eq!(text("description"), transaction.description.unwrap());
        assert_eq!(text("status"), transaction.status.unwrap().as_str());
        assert_eq!(text("itemId"), testbed.item_id.to_string());
        assert!(row["fetchedAt"].as_n().unwrap().parse::<i64>().unwrap() >= before);
        assert_eq!(row.len(), 8, "{row:?}");
    }
}

#[tokio::test]
async fn all_pages_of_a_busy_account_are_stored() {
    let testbed = Testbed::connected(BUSY_USER).await;

    testbed.receive_created().await;

    assert_eq!(testbed.requests(), 2);
    assert_eq!(testbed.kept().await.len(), 600);
    let [row] = &testbed.applied().await[..] else {
        panic!("one event was applied");
    };
    assert_eq!(row["pk"], row["sk"]);
    assert_eq!(row["pk"].as_s().unwrap(), &format!("EVENT#{:064x}", 1));
    assert_eq!(row["detailType"].as_s().unwrap(), CREATED);
    assert_eq!(
        row["accountId"].as_s().unwrap(),
        &testbed.account_id.to_string()
    );
    assert_eq!(row["transactions"].as_n().unwrap(), "600");
    let expires_at: i64 = row["expiresAt"].as_n().unwrap().parse().unwrap();
    let days = (expires_at - now().as_second()) / (24 * 60 * 60);
    assert!((59..=60).contains(&days), "{days}");
}

#[tokio::test]
async fn only_new_transactions_are_fetched_where_the_event_has_a_start_time() {
    let testbed = Testbed::connected("user-ok").await;
    let before = id_texts(&testbed.at_pluggy().await);
    let added = testbed.sync().await;
    let since = added[0].created_at.unwrap().to_string();

    let moment = json!({ "transactionsCreatedAtFrom": since });
    testbed.receive(&[testbed.event(1, CREATED, moment)]).await;

    let kept = testbed.kept().await;
    assert_eq!(kept.len(), added.len());
    assert!(before.iter().all(|id| !kept.contains_key(id)));
}

#[tokio::test]
async fn a_settled_transaction_is_stored_in_its_new_state() {
    let testbed = Testbed::connected("user-ok").await;
    testbed.receive_created().await;
    let before = testbed.kept().await;
    let settled = id_texts(&testbed.at_pluggy().await[..2]);
    testbed.change_at_bank(2, 0);

    let ids = json!({ "transactionIds": settled });
    testbed.receive(&[testbed.event(2, UPDATED, ids)]).await;

    let kept = testbed.kept().await;
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
async fn more_changed_ids_than_one_request_takes_are_fetched_in_parts() {
    let testbed = Testbed::connected(BUSY_USER).await;
    let ids = id_texts(&testbed.at_pluggy().await);

    let ids = json!({ "transactionIds": ids });
    testbed.receive(&[testbed.event(1, UPDATED, ids)]).await;

    assert_eq!(testbed.requests(), 2);
    assert_eq!(testbed.kept().await.len(), 600);
}

#[tokio::test]
async fn a_reversed_transaction_leaves_a_mark_without_its_content() {
    let testbed = Testbed::connected("user-ok").await;
    testbed.receive_created().await;
    let before = testbed.at_pluggy().await;
    let deleted = testbed.reverse(3).await;

    // Any spelling of an id is valid.
    let ids: Vec<String> = deleted.iter().map(|id| id.to_uppercase()).collect();
    let ids = json!({ "transactionIds": ids });
    testbed.receive(&[testbed.event(2, DELETED, ids)]).await;

    let kept = testbed.kept().await;
    assert_eq!(kept.len(), before.len());
    for id in &deleted {
        let mut names: Vec<_> = kept[id].keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["deleted", "expiresAt", "fetchedAt", "pk", "sk"]);
        assert_eq!(kept[id]["deleted"].as_bool(), Ok(&true));
    }
    assert_eq!(testbed.live().await, id_texts(&testbed.at_pluggy().await));
    assert_eq!(testbed.requests(), 2, "the deletion is confirmed");
}

#[tokio::test]
async fn an_event_about_an_account_that_is_gone_at_pluggy_is_done() {
    let testbed = Testbed::connected("user-ok").await;
    testbed.delete_item().await;

    let failed = testbed
        .receive(&[
            testbed.event(1, CREATED, json!({})),
            event(2, CREATED, json!({ "accountId": testbed.item_id })),
        ])
        .await;

    assert!(failed.is_empty(), "{failed:?}");
    assert!(testbed.kept().await.is_empty());
    let applied = testbed.applied().await;
    assert_eq!(applied.len(), 2);
    for row in applied {
        assert_eq!(row["transactions"].as_n().unwrap(), "0");
    }
}
