//! Messages that are not what they should be, and what they must not lead to.

use std::io::ErrorKind;
use std::net::TcpListener;

use serde_json::{Value, json};

use super::stand::{CREATED, DELETED, Stand, UPDATED, event, id_texts};

/// Ids that would be something else in an address or a key.
const HOSTILE_IDS: [&str; 7] = [
    "",
    "../accounts",
    "aaaa6c5d-0000-4000-8000-000000000002&ids=1",
    "aaaa6c5d-0000-4000-8000-00000000000\u{0}",
    "aaaa6c5d-0000-4000-8000-000000000002#TRANSACTION",
    "{aaaa6c5d-0000-4000-8000-000000000002}",
    "urn:uuid:aaaa6c5d-0000-4000-8000-000000000002",
];

/// A good event, spoiled.
fn spoiled(stand: &Stand, spoil: impl FnOnce(&mut Value)) -> String {
    let event = stand.event(100, CREATED, json!({}));
    let mut event: Value = serde_json::from_str(&event).unwrap();
    spoil(&mut event);
    event.to_string()
}

#[tokio::test]
async fn malformed_messages_come_again_alone_and_lead_to_nothing() {
    let stand = Stand::connected("user-ok").await;
    let mut messages = vec![
        String::new(),
        "null".to_owned(),
        "{}".to_owned(),
        "[]".to_owned(),
        "<html>".to_owned(),
        r#"{"detail-type":"webhook.transactions/created","detail":{}}"#.to_owned(),
        spoiled(&stand, |event| event["detail"]["id"] = "x".into()),
        spoiled(&stand, |event| {
            event["detail"]["id"] = "#".repeat(64).into();
        }),
        spoiled(&stand, |event| event["detail"]["body"] = Value::Null),
        spoiled(&stand, |event| event["detail"]["body"] = json!("text")),
        spoiled(&stand, |event| event["detail"]["schemaVersion"] = 2.into()),
        spoiled(&stand, |event| {
            event["detail"]["itemId"] = "../items".into();
        }),
        event(101, CREATED, json!({ "itemId": stand.item_id })),
        stand.event(102, UPDATED, json!({})),
        stand.event(103, DELETED, json!({ "transactionIds": "all" })),
        stand.event(104, "webhook.item/updated", json!({})),
        stand.event(105, "webhook.transactions/merged", json!({})),
    ];
    for id in HOSTILE_IDS {
        messages.extend([
            stand.event(106, CREATED, json!({ "accountId": id })),
            stand.event(107, UPDATED, json!({ "transactionIds": [id] })),
            stand.event(108, DELETED, json!({ "transactionIds": [id] })),
        ]);
    }
    let malformed: Vec<usize> = (1..=messages.len()).collect();
    let last = stand.event(2, UPDATED, json!({ "transactionIds": [] }));
    messages.insert(0, stand.event(1, CREATED, json!({})));
    messages.push(last);

    let failed = stand.receive(&messages).await;

    assert_eq!(failed, malformed);
    assert_eq!(stand.questions(), 1);
    assert_eq!(stand.applied().await.len(), 2);
    assert_eq!(stand.live().await, id_texts(&stand.at_pluggy().await));
}

#[tokio::test]
async fn a_link_in_the_payload_is_never_followed() {
    let stand = Stand::connected("user-ok").await;
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let hostile = format!("http://{}", elsewhere.local_addr().unwrap());
    let at_pluggy = format!("{}/items", stand.deployment.pluggy.url());

    for (number, link) in [(1, &hostile), (2, &at_pluggy)] {
        let links = json!({
            "createdTransactionsLink": format!("{link}?accountId={}", stand.account_id),
            "createdTransactionsLinkV2": format!("{link}?accountId={}", stand.account_id),
        });
        let failed = stand.receive(&[stand.event(number, CREATED, links)]).await;
        assert!(failed.is_empty(), "{link}");
    }

    let caller = elsewhere.accept().map_err(|error| error.kind());
    assert_eq!(caller.map(|_| ()), Err(ErrorKind::WouldBlock));
    assert_eq!(stand.deployment.requests_for("GET", "/items"), 0);
    assert_eq!(stand.questions(), 2);
}

#[tokio::test]
async fn a_moment_that_cannot_be_read_is_no_reason_to_miss_anything() {
    let stand = Stand::connected("user-ok").await;

    let moment = json!({ "transactionsCreatedAtFrom": "2026-02-30&accountId=x" });
    let failed = stand.receive(&[stand.event(1, CREATED, moment)]).await;

    assert!(failed.is_empty());
    assert_eq!(stand.live().await, id_texts(&stand.at_pluggy().await));
}
