//! Malformed messages, and the harm that they must not cause.

use std::io::ErrorKind;
use std::net::TcpListener;

use serde_json::{Value, json};

use super::testbed::{CREATED, DELETED, Testbed, UPDATED, event, id_texts};

/// Ids that would change an address or a key.
const HOSTILE_IDS: [&str; 7] = [
    "",
    "../accounts",
    "aaaa6c5d-0000-4000-8000-000000000002&ids=1",
    "aaaa6c5d-0000-4000-8000-00000000000\u{0}",
    "aaaa6c5d-0000-4000-8000-000000000002#TRANSACTION",
    "{aaaa6c5d-0000-4000-8000-000000000002}",
    "urn:uuid:aaaa6c5d-0000-4000-8000-000000000002",
];

/// Returns a valid event with one change that makes it malformed.
fn spoiled(testbed: &Testbed, spoil: impl FnOnce(&mut Value)) -> String {
    let event = testbed.event(100, CREATED, json!({}));
    let mut event: Value = serde_json::from_str(&event).unwrap();
    spoil(&mut event);
    event.to_string()
}

#[tokio::test]
async fn only_malformed_messages_are_retried_and_they_change_nothing() {
    let testbed = Testbed::connected("user-ok").await;
    let mut messages = vec![
        String::new(),
        "null".to_owned(),
        "{}".to_owned(),
        "[]".to_owned(),
        "<html>".to_owned(),
        r#"{"detail-type":"webhook.transactions/created","detail":{}}"#.to_owned(),
        spoiled(&testbed, |event| event["detail"]["id"] = "x".into()),
        spoiled(&testbed, |event| {
            event["detail"]["id"] = "#".repeat(64).into();
        }),
        spoiled(&testbed, |event| event["detail"]["body"] = Value::Null),
        spoiled(&testbed, |event| event["detail"]["body"] = json!("text")),
        spoiled(&testbed, |event| {
            event["detail"]["schemaVersion"] = 2.into();
        }),
        spoiled(&testbed, |event| {
            event["detail"]["itemId"] = "../items".into();
        }),
        event(101, CREATED, json!({ "itemId": testbed.item_id })),
        testbed.event(102, UPDATED, json!({})),
        testbed.event(103, DELETED, json!({ "transactionIds": "all" })),
        testbed.event(104, "webhook.item/updated", json!({})),
        testbed.event(105, "webhook.transactions/merged", json!({})),
    ];
    for id in HOSTILE_IDS {
        messages.extend([
            testbed.event(106, CREATED, json!({ "accountId": id })),
            testbed.event(107, UPDATED, json!({ "transactionIds": [id] })),
            testbed.event(108, DELETED, json!({ "transactionIds": [id] })),
        ]);
    }
    let malformed: Vec<usize> = (1..=messages.len()).collect();
    let last = testbed.event(2, UPDATED, json!({ "transactionIds": [] }));
    messages.insert(0, testbed.event(1, CREATED, json!({})));
    messages.push(last);

    let failed = testbed.receive(&messages).await;

    assert_eq!(failed, malformed);
    assert_eq!(testbed.requests(), 1);
    assert_eq!(testbed.applied().await.len(), 2);
    assert_eq!(testbed.live().await, id_texts(&testbed.at_pluggy().await));
}

#[tokio::test]
async fn a_link_in_the_payload_is_never_followed() {
    let testbed = Testbed::connected("user-ok").await;
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let hostile = format!("http://{}", elsewhere.local_addr().unwrap());
    let at_pluggy = format!("{}/items", testbed.deployment.pluggy.url());

    for (number, link) in [(1, &hostile), (2, &at_pluggy)] {
        let links = json!({
            "createdTransactionsLink": format!("{link}?accountId={}", testbed.account_id),
            "createdTransactionsLinkV2": format!("{link}?accountId={}", testbed.account_id),
        });
        let failed = testbed
            .receive(&[testbed.event(number, CREATED, links)])
            .await;
        assert!(failed.is_empty(), "{link}");
    }

    let caller = elsewhere.accept().map_err(|error| error.kind());
    assert_eq!(caller.map(|_| ()), Err(ErrorKind::WouldBlock));
    assert_eq!(testbed.deployment.requests_for("GET", "/items"), 0);
    assert_eq!(testbed.requests(), 2);
}

#[tokio::test]
async fn an_unreadable_start_time_misses_no_transaction() {
    let testbed = Testbed::connected("user-ok").await;

    let moment = json!({ "transactionsCreatedAtFrom": "2026-02-30&accountId=x" });
    let failed = testbed.receive(&[testbed.event(1, CREATED, moment)]).await;

    assert!(failed.is_empty());
    assert_eq!(testbed.live().await, id_texts(&testbed.at_pluggy().await));
}
