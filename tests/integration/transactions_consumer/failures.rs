//! What comes again: everything that was not done, and nothing else.

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
use super::stand::{CREATED, DELETED, Stand, UPDATED, batch, id_texts, numbers, receive};

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
async fn while_pluggy_is_down_or_limiting_events_come_again_until_all_is_well() {
    let stand = Stand::connected("user-ok").await;
    let event = [stand.event(1, CREATED, json!({}))];

    for effect in [
        Effect::RateLimited { reset_seconds: 23 },
        status(500),
        status(503),
        // Whoever answers so is not Pluggy, or not for an account that is gone.
        status(404),
        status(400),
        Effect::Garbage,
        Effect::Disconnect,
    ] {
        let what = format!("{effect:?}");
        stand.deployment.pluggy.add_fault(fault(None, effect));

        assert_eq!(stand.receive(&event).await, [0], "{what}");

        assert!(stand.kept().await.is_empty(), "{what}");
        assert!(stand.applied().await.is_empty(), "{what}");
        stand.deployment.pluggy.clear_faults();
    }

    assert!(stand.receive(&event).await.is_empty());
    assert_eq!(stand.live().await, id_texts(&stand.at_pluggy().await));
}

#[tokio::test]
async fn a_failure_between_two_pages_leaves_the_first_and_is_made_good() {
    let stand = Stand::connected(BUSY_USER).await;
    let event = [stand.event(1, CREATED, json!({}))];
    let pluggy = &stand.deployment.pluggy;
    pluggy.add_fault(fault(Some(1), Effect::Delay { milliseconds: 0 }));
    pluggy.add_fault(fault(Some(1), status(500)));

    assert_eq!(stand.receive(&event).await, [0]);
    assert_eq!(stand.kept().await.len(), 500);
    assert!(stand.applied().await.is_empty());

    assert!(stand.receive(&event).await.is_empty());
    assert_eq!(stand.kept().await.len(), 600);
    assert_eq!(stand.applied().await.len(), 1);
}

#[tokio::test]
async fn an_event_fails_alone() {
    let stand = Stand::connected("user-ok").await;
    let all = id_texts(&stand.at_pluggy().await);
    let ids = json!({ "transactionIds": all });
    stand
        .deployment
        .pluggy
        .add_fault(fault(Some(1), status(500)));

    let failed = stand
        .receive(&[
            stand.event(1, UPDATED, ids.clone()),
            stand.event(2, CREATED, json!({})),
            stand.event(3, DELETED, ids),
        ])
        .await;

    assert_eq!(failed, [0]);
    assert_eq!(stand.applied().await.len(), 2);
}

#[tokio::test]
async fn when_the_time_is_up_what_is_left_comes_again() {
    let stand = Stand::connected("user-ok").await;
    stand.deployment.pluggy.add_fault(fault(None, Effect::Hang));
    let events = [
        stand.event(1, CREATED, json!({})),
        stand.event(2, CREATED, json!({})),
    ];

    // What is kept for the answer is more than this.
    let deadline = Instant::now();
    let answer = handle(&stand.app, &batch(&events), now(), deadline).await;

    assert_eq!(numbers(&serde_json::to_value(answer).unwrap()), [0, 1]);
    assert!(stand.applied().await.is_empty());
    assert_eq!(stand.questions(), 0, "there was no time for an answer");
}

#[tokio::test]
async fn an_expired_key_is_nobodys_failure() {
    let stand = Stand::connected("user-ok").await;
    stand.receive(&[stand.event(1, CREATED, json!({}))]).await;
    stand.deployment.pluggy.expire_api_keys();
    let in_two_minutes = now() + jiff::SignedDuration::from_mins(2);

    let batch = batch(&[stand.event(2, CREATED, json!({}))]);
    let deadline = tests::deployment::in_a_minute();
    let answer = handle(&stand.app, &batch, in_two_minutes, deadline).await;

    assert!(answer.batch_item_failures.is_empty());
    assert_eq!(stand.applied().await.len(), 2);
}

#[tokio::test]
async fn without_the_table_pluggy_is_not_asked() {
    let stand = Stand::connected("user-ok").await;
    let app = App {
        pluggy: stand.deployment.pluggy_client(),
        table: Table::new(
            stand.deployment.tables.client.clone(),
            "no-such-table".to_owned(),
        ),
    };

    let failed = receive(&app, &[stand.event(1, CREATED, json!({}))]).await;

    assert_eq!(failed, [0]);
    assert_eq!(stand.questions(), 0);
}

#[tokio::test]
async fn what_the_table_does_not_take_comes_again() {
    let stand = Stand::connected("user-ok").await;
    let get =
        mock!(aws_sdk_dynamodb::Client::get_item).then_output(|| GetItemOutput::builder().build());
    let put = mock!(aws_sdk_dynamodb::Client::put_item).then_error(|| {
        let throttled = ProvisionedThroughputExceededException::builder().build();
        PutItemError::ProvisionedThroughputExceededException(throttled)
    });
    let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&get, &put]);
    let app = App {
        pluggy: stand.deployment.pluggy_client(),
        table: Table::new(client, "transactions".to_owned()),
    };
    let ids = json!({ "transactionIds": id_texts(&stand.at_pluggy().await) });

    let failed = receive(
        &app,
        &[
            stand.event(1, CREATED, json!({})),
            stand.event(2, DELETED, ids),
        ],
    )
    .await;

    assert_eq!(failed, [0, 1]);
}
