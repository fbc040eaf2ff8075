//! An erased user: the consumer deletes the transactions of the user's items.

use serde_json::{Value, json};

use super::testbed::{CREATED, Testbed};

fn erased(item_ids: &Value) -> String {
    json!({
        "detail-type": "user.erased",
        "source": "pluggy-lambda",
        "detail": {
            "schemaVersion": 1,
            "id": format!("{:064x}", 99),
            "user": "usr_01J9X",
            "itemIds": item_ids,
            "erasedAt": "2026-11-23T12:00:00.123Z",
        },
    })
    .to_string()
}

#[tokio::test]
async fn the_transactions_of_an_erased_user_are_deleted() {
    let testbed = Testbed::connected("user-ok").await;
    testbed.receive_created().await;
    assert!(!testbed.live().await.is_empty());
    let of_another = erased(&json!(["9a7b6c5d-0000-4000-8000-000000000001"]));
    let event = erased(&json!([testbed.item_id]));

    assert_eq!(testbed.receive(&[of_another]).await, [0; 0]);
    assert!(!testbed.live().await.is_empty());
    let failed = testbed.receive(&[event.clone(), event]).await;

    assert_eq!(failed, [0; 0]);
    assert!(testbed.kept().await.is_empty());
}

/// The page was fetched before the erasure deleted the item at Pluggy, and stored after the erasure had searched the table.
#[tokio::test]
async fn what_a_fetch_from_before_the_erasure_stores_is_deleted_too() {
    let testbed = Testbed::connected("user-ok").await;
    testbed.receive(&[erased(&json!([testbed.item_id]))]).await;

    let failed = testbed
        .receive(&[testbed.event(1, CREATED, json!({}))])
        .await;

    assert_eq!(failed, [0; 0]);
    assert!(testbed.kept().await.is_empty());
}

#[tokio::test]
async fn an_erasure_that_names_no_valid_item_id_is_retried() {
    let testbed = Testbed::connected("user-ok").await;

    let events = [erased(&json!(["ACCOUNT#1"])), erased(&json!(null))];
    let failed = testbed.receive(&events).await;

    assert_eq!(failed, [0, 1]);
}
