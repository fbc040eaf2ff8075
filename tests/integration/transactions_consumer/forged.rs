//! Forged events: what they claim is read at Pluggy before it is stored.

use runtime::clock::now;
use serde_json::json;

use super::testbed::{CREATED, DELETED, Testbed, UPDATED, id_texts};

/// Another item of our application.
const ANOTHER_ITEM: &str = "9a7b6c5d-0000-4000-8000-000000000001";

#[tokio::test]
async fn transactions_are_stored_under_the_accounts_own_item_only() {
    let testbed = Testbed::connected("user-ok").await;
    let ids = id_texts(&testbed.at_pluggy().await);
    let forged = json!({ "itemId": ANOTHER_ITEM, "transactionIds": ids });

    let failed = testbed
        .receive(&[
            testbed.event(1, CREATED, forged.clone()),
            testbed.event(2, UPDATED, forged.clone()),
            testbed.event(3, DELETED, forged),
        ])
        .await;

    assert_eq!(failed, [0, 1, 2]);
    assert!(testbed.kept().await.is_empty());
    assert!(testbed.applied().await.is_empty());
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
    testbed
        .receive(&[testbed.event(1, CREATED, json!({}))])
        .await;
    let before = testbed.at_pluggy().await;
    testbed.change_at_bank(0, 1);
    let (gone, present) = (&before[before.len() - 1..], &before[..1]);
    let claimed = id_texts(gone).into_iter().chain(id_texts(present));
    let ids = json!({ "transactionIds": claimed.collect::<Vec<_>>() });

    let failed = testbed.receive(&[testbed.event(2, DELETED, ids)]).await;

    assert_eq!(failed, [0], "a person must see it");
    assert_eq!(testbed.live().await, id_texts(&testbed.at_pluggy().await));
    assert_eq!(testbed.applied().await.len(), 1);
}

#[tokio::test]
async fn what_an_account_had_that_is_gone_is_deleted() {
    let testbed = Testbed::connected("user-ok").await;
    testbed
        .receive(&[testbed.event(1, CREATED, json!({}))])
        .await;
    let ids = json!({ "transactionIds": id_texts(&testbed.at_pluggy().await) });
    let deleting = testbed.deployment.pluggy_client();
    deleting.delete_item(testbed.item_id, now()).await.unwrap();

    let failed = testbed.receive(&[testbed.event(2, DELETED, ids)]).await;

    assert!(failed.is_empty());
    assert!(testbed.live().await.is_empty());
}
