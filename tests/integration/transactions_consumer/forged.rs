//! Forged events: what they claim is read at Pluggy before it is stored.

use sandbox::{Effect, Fault};
use serde_json::{Value, json};

use crate::logs::Log;

use super::testbed::{CREATED, DELETED, Testbed, UPDATED, id_texts};

/// Another item of our application.
const ANOTHER_ITEM: &str = "9a7b6c5d-0000-4000-8000-000000000001";
/// The reason in the log.
const OTHER_ITEM: &str = "the account does not belong to the item of the event";

#[tokio::test]
async fn transactions_are_stored_under_the_accounts_own_item_only() {
    let testbed = Testbed::connected("user-ok").await;
    let ids = id_texts(&testbed.at_pluggy().await);
    let forged = json!({ "itemId": ANOTHER_ITEM, "transactionIds": ids });

    let log = Log::start();
    let failed = testbed
        .receive(&[
            testbed.event(1, CREATED, forged.clone()),
            testbed.event(2, UPDATED, forged.clone()),
            testbed.event(3, DELETED, forged),
        ])
        .await;

    assert_eq!(failed, [0, 1, 2]);
    assert_eq!(reasons(&log), [OTHER_ITEM; 3]);
    assert!(testbed.kept().await.is_empty());
    assert!(testbed.applied().await.is_empty());
}

#[tokio::test]
async fn nothing_is_stored_of_an_account_that_belongs_to_no_item() {
    let testbed = Testbed::connected("user-ok").await;
    let ids = json!({ "transactionIds": id_texts(&testbed.at_pluggy().await) });

    for json in [None, Some("null".to_owned())] {
        let what = format!("{json:?}");
        testbed.deployment.pluggy.add_fault(Fault {
            method: Some("GET".to_owned()),
            path_prefix: "/accounts/".to_owned(),
            times: None,
            effect: Effect::Odd {
                field: "/itemId".to_owned(),
                json,
            },
        });
        let log = Log::start();
        let failed = testbed
            .receive(&[
                testbed.event(1, CREATED, json!({})),
                testbed.event(2, CREATED, json!({ "itemId": null })),
                testbed.event(3, DELETED, ids.clone()),
            ])
            .await;

        assert_eq!(failed, [0, 1, 2], "{what}");
        assert_eq!(reasons(&log), [OTHER_ITEM; 3], "{what}");
        assert!(testbed.kept().await.is_empty(), "{what}");
        assert!(testbed.applied().await.is_empty(), "{what}");
        testbed.deployment.pluggy.clear_faults();
    }
}

/// Returns why the messages of a log failed.
fn reasons(log: &Log) -> Vec<String> {
    let text = log.text();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    lines
        .filter(|line: &Value| line["fields"]["message"] == "event failed")
        .map(|line| line["fields"]["error"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn an_event_that_names_no_item_is_stored_under_the_accounts_own() {
    let testbed = Testbed::connected("user-ok").await;

    let failed = testbed
        .receive(&[testbed.event(1, CREATED, json!({ "itemId": null }))])
        .await;

    assert!(failed.is_empty());
    let kept = testbed.kept().await;
    assert!(!kept.is_empty());
    for row in kept.values() {
        assert_eq!(row["itemId"].as_s().unwrap(), &testbed.item_id.to_string());
    }
}

#[tokio::test]
async fn a_transaction_that_pluggy_still_has_is_not_deleted() {
    let testbed = Testbed::connected("user-ok").await;
    testbed.receive_created().await;
    let before = testbed.at_pluggy().await;
    let mut claimed = testbed.reverse(1).await;
    claimed.insert(before[0].id.to_string());
    let ids = json!({ "transactionIds": claimed });
    let log = Log::start();

    let failed = testbed.receive(&[testbed.event(2, DELETED, ids)]).await;

    assert_eq!(failed, [0], "a person must see it");
    let reason = "pluggy still has a transaction that the event calls deleted";
    assert_eq!(reasons(&log), [reason]);
    assert_eq!(testbed.live().await, id_texts(&testbed.at_pluggy().await));
    assert_eq!(testbed.applied().await.len(), 1);
}

#[tokio::test]
async fn what_an_account_had_that_is_gone_is_deleted() {
    let testbed = Testbed::connected("user-ok").await;
    testbed.receive_created().await;
    let ids = json!({ "transactionIds": id_texts(&testbed.at_pluggy().await) });
    testbed.delete_item().await;

    let failed = testbed.receive(&[testbed.event(2, DELETED, ids)]).await;

    assert!(failed.is_empty());
    assert!(testbed.live().await.is_empty());
}
