//! The function URL's responses to Pluggy and to callers without the secret.

use std::collections::HashMap;
use std::fs;

use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::stack::{Row, Stack};

const EVENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../events/webhook");

/// The documented bodies by sample file, and the partition under which each is stored.
const DOCUMENTED: [(&str, &str); 12] = [
    ("item-created", ITEM),
    ("item-updated", ITEM),
    ("item-error-invalid-credentials", ITEM),
    ("item-error-user-input-timeout", ITEM),
    ("item-error-user-authorization-pending", ITEM),
    ("item-waiting-user-input", ITEM),
    ("item-deleted", ITEM),
    ("connector-status-updated", "CONNECTOR#201"),
    ("transactions-created", ITEM),
    ("transactions-updated", ITEM),
    (
        "payment-request-updated",
        "PAYMENT_REQUEST#cccc6c5d-0000-4000-8000-000000000005",
    ),
    (
        "smart-transfer-payment-error",
        "SMART_TRANSFER_PAYMENT#dddd6c5d-0000-4000-8000-000000000006",
    ),
];
const ITEM: &str = "ITEM#9a7b6c5d-0000-4000-8000-000000000001";

/// Returns the body of a sample event.
fn sample(name: &str) -> String {
    let file = fs::read(format!("{EVENTS}/{name}.json")).unwrap();
    let event: Value = serde_json::from_slice(&file).unwrap();
    event["body"].as_str().unwrap().to_owned()
}

/// Returns the same body under an event id that no earlier run has used.
fn with_new_event_id(body: &str) -> (String, String) {
    let old = serde_json::from_str::<Value>(body).unwrap()["eventId"]
        .as_str()
        .unwrap()
        .to_owned();
    let new = Uuid::new_v4().to_string();
    (body.replace(&old, &new), new)
}

async fn rows_by_event_id(stack: &Stack, partition: &str) -> HashMap<String, Row> {
    let rows = stack.event_rows(partition).await;
    rows.into_iter()
        .map(|row| (row["sk"].as_s().unwrap().clone(), row))
        .collect()
}

#[tokio::test]
async fn every_documented_body_becomes_a_row() {
    let stack = Stack::running();

    for (name, partition) in DOCUMENTED {
        let (body, event_id) = with_new_event_id(&sample(name));
        let answer = stack.deliver(body.clone()).await;
        let rows = rows_by_event_id(&stack, partition).await;

        assert_eq!(answer.status(), 200, "{name}");
        let row = rows
            .get(&event_id)
            .unwrap_or_else(|| panic!("{name} has no row"));
        let sent: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(
            row["event"].as_s().unwrap(),
            sent["event"].as_str().unwrap()
        );
        assert_eq!(row["origin"].as_s().unwrap(), "webhook");
        assert!(!row.contains_key("quarantine"), "{name}");
    }
}

#[tokio::test]
async fn a_repeated_delivery_is_accepted_and_stored_once() {
    let stack = Stack::running();
    let (body, event_id) = with_new_event_id(&sample("payment-request-updated"));

    let first = stack.deliver(body.clone()).await;
    let second = stack.deliver(body).await;
    let rows = stack
        .event_rows("PAYMENT_REQUEST#cccc6c5d-0000-4000-8000-000000000005")
        .await;

    assert_eq!(
        (first.status().as_u16(), second.status().as_u16()),
        (200, 200)
    );
    let stored = rows
        .iter()
        .filter(|row| row["sk"].as_s().unwrap().starts_with(&event_id));
    assert_eq!(stored.count(), 1);
}

#[tokio::test]
async fn another_body_under_a_known_id_is_stored_too() {
    let stack = Stack::running();
    let (body, event_id) = with_new_event_id(&sample("payment-request-updated"));

    stack.deliver(body.clone()).await;
    let answer = stack.deliver(body.replace("COMPLETED", "CANCELED")).await;
    let rows = stack
        .event_rows("PAYMENT_REQUEST#cccc6c5d-0000-4000-8000-000000000005")
        .await;

    assert_eq!(answer.status(), 200);
    let stored = rows
        .iter()
        .filter(|row| row["sk"].as_s().unwrap().starts_with(&event_id));
    assert_eq!(stored.count(), 2);
}

#[tokio::test]
async fn an_authenticated_body_that_is_no_event_is_stored() {
    let stack = Stack::running();
    let body = format!("not an event, {}", Uuid::new_v4());

    let answer = stack.deliver(body.clone()).await;
    let partition = format!("UNPARSED#{}", hex::encode(Sha256::digest(&body)));
    let rows = stack.event_rows(&partition).await;

    assert_eq!(answer.status(), 200);
    assert_eq!(rows.len(), 1);
}

#[tokio::test]
async fn a_body_of_another_application_is_quarantined() {
    let stack = Stack::running();
    let event_id = Uuid::new_v4().to_string();
    let item_id = Uuid::new_v4();
    let foreign = Uuid::new_v4();
    let body = json!({"event": "item/updated", "eventId": event_id, "itemId": item_id, "clientId": foreign});

    let answer = stack.deliver(body.to_string()).await;
    let rows = rows_by_event_id(&stack, &format!("ITEM#{item_id}")).await;

    assert_eq!(answer.status(), 200);
    assert!(rows[&event_id].contains_key("quarantine"));
}

#[tokio::test]
async fn without_the_right_secret_nothing_is_accepted() {
    let stack = Stack::running();
    let (body, event_id) = with_new_event_id(&sample("item-created"));

    let without = stack.webhook(Method::POST).body(body.clone());
    let wrong = stack
        .webhook(Method::POST)
        .header(stack.secret_header(), "not-the-secret")
        .body(body);
    for request in [without, wrong] {
        assert_eq!(request.send().await.unwrap().status(), 401);
    }

    assert!(!rows_by_event_id(&stack, ITEM).await.contains_key(&event_id));
}

#[tokio::test]
async fn only_post_is_answered() {
    let stack = Stack::running();

    let answer = stack.webhook(Method::GET).send().await.unwrap();

    assert_eq!(answer.status(), 405);
}
