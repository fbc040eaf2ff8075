//! Retried messages: every message that was not processed, and no other.

use aws_sdk_dynamodb::operation::get_item::GetItemOutput;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::error::ProvisionedThroughputExceededException;
use aws_smithy_mocks::{RuleMode, mock, mock_client};
use runtime::clock::now;
use sandbox::{Effect, Fault};
use serde_json::json;
use tokio::time::Instant;
use transactions_rust::{App, Table, handle};

use super::BUSY_USER;
use super::testbed::{CREATED, DELETED, Testbed, UPDATED, batch, id_texts, numbers, receive};

fn fault(times: Option<u32>, effect: Effect) -> Fault {
    Fault {
        method: Some("GET".to_owned()),
        path_prefix: "/v2/transactions".to_owned(),
        times,
        effect,
    }
}

fn status(status: u16) -> Effect {
    Effect::Status {
        status,
        code_description: None,
    }
}

#[tokio::test]
async fn while_pluggy_is_down_or_limiting_events_are_retried_until_they_succeed() {
    let testbed = Testbed::connected("user-ok").await;
    let event = [testbed.event(1, CREATED, json!({}))];

    for effect in [
        Effect::RateLimited { reset_seconds: 23 },
        status(500),
        status(503),
        // A server with this response is not Pluggy, or the response does not mean that the account is gone.
        status(404),
        status(400),
        Effect::Garbage,
        Effect::Disconnect,
    ] {
        let what = format!("{effect:?}");
        testbed.deployment.pluggy.add_fault(fault(None, effect));

        assert_eq!(testbed.receive(&event).await, [0], "{what}");

        assert!(testbed.kept().await.is_empty(), "{what}");
        assert!(testbed.applied().await.is_empty(), "{what}");
        testbed.deployment.pluggy.clear_faults();
    }

    assert!(testbed.receive(&event).await.is_empty());
    assert_eq!(testbed.live().await, id_texts(&testbed.at_pluggy().await));
}

#[tokio::test]
async fn a_failure_between_two_pages_keeps_the_first_and_a_retry_completes_it() {
    let testbed = Testbed::connected(BUSY_USER).await;
    let event = [testbed.event(1, CREATED, json!({}))];
    let pluggy = &testbed.deployment.pluggy;
    pluggy.add_fault(fault(Some(1), Effect::Delay { milliseconds: 0 }));
    pluggy.add_fault(fault(Some(1), status(500)));

    assert_eq!(testbed.receive(&event).await, [0]);
    assert_eq!(testbed.kept().await.len(), 500);
    assert!(testbed.applied().await.is_empty());

    assert!(testbed.receive(&event).await.is_empty());
    assert_eq!(testbed.kept().await.len(), 600);
    assert_eq!(testbed.applied().await.len(), 1);
}

#[tokio::test]
async fn an_event_fails_alone() {
    let testbed = Testbed::connected("user-ok").await;
    let ids = json!({ "transactionIds": testbed.reverse(2).await });
    testbed
        .deployment
        .pluggy
        .add_fault(fault(Some(1), status(500)));

    let failed = testbed
        .receive(&[
            testbed.event(1, UPDATED, ids.clone()),
            testbed.event(2, CREATED, json!({})),
            testbed.event(3, DELETED, ids),
        ])
        .await;

    assert_eq!(failed, [0]);
    assert_eq!(testbed.applied().await.len(), 2);
}

#[tokio::test]
async fn messages_without_time_left_are_retried() {
    let testbed = Testbed::connected("user-ok").await;
    testbed
        .deployment
        .pluggy
        .add_fault(fault(None, Effect::Hang));
    let events = [
        testbed.event(1, CREATED, json!({})),
        testbed.event(2, CREATED, json!({})),
    ];

    // The time reserved for the response is longer than this.
    let deadline = Instant::now();
    let answer = handle(&testbed.app, &batch(&events), now(), deadline).await;

    assert_eq!(numbers(&serde_json::to_value(answer).unwrap()), [0, 1]);
    assert!(testbed.applied().await.is_empty());
    assert_eq!(testbed.requests(), 0, "there was no time for an answer");
}

#[tokio::test]
async fn an_expired_key_fails_no_message() {
    let testbed = Testbed::connected("user-ok").await;
    testbed.receive_created().await;
    testbed.deployment.pluggy.expire_api_keys();
    let in_two_minutes = now() + jiff::SignedDuration::from_mins(2);

    let batch = batch(&[testbed.event(2, CREATED, json!({}))]);
    let deadline = tests::deployment::in_a_minute();
    let answer = handle(&testbed.app, &batch, in_two_minutes, deadline).await;

    assert!(answer.batch_item_failures.is_empty());
    assert_eq!(testbed.applied().await.len(), 2);
}

#[tokio::test]
async fn without_the_table_pluggy_gets_no_request() {
    let testbed = Testbed::connected("user-ok").await;
    let app = App {
        pluggy: testbed.deployment.pluggy_client(),
        table: Table::new(
            testbed.deployment.tables.client.clone(),
            "no-such-table".to_owned(),
        ),
    };

    let failed = receive(&app, &[testbed.event(1, CREATED, json!({}))]).await;

    assert_eq!(failed, [0]);
    assert_eq!(testbed.requests(), 0);
}

#[tokio::test]
async fn a_message_that_the_table_does_not_accept_is_retried() {
    let testbed = Testbed::connected("user-ok").await;
    let get =
        mock!(aws_sdk_dynamodb::Client::get_item).then_output(|| GetItemOutput::builder().build());
    let put = mock!(aws_sdk_dynamodb::Client::put_item).then_error(|| {
        let throttled = ProvisionedThroughputExceededException::builder().build();
        PutItemError::ProvisionedThroughputExceededException(throttled)
    });
    let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&get, &put]);
    let app = App {
        pluggy: testbed.deployment.pluggy_client(),
        table: Table::new(client, "transactions".to_owned()),
    };
    let ids = json!({ "transactionIds": testbed.reverse(2).await });

    let failed = receive(
        &app,
        &[
            testbed.event(1, CREATED, json!({})),
            testbed.event(2, DELETED, ids),
        ],
    )
    .await;

    assert_eq!(failed, [0, 1]);
}
