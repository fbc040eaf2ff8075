//! The hint that an event with an item makes: its stored row, and the number of rows.

use std::time::Duration;

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::error::InternalServerError;
use aws_smithy_mocks::{RuleMode, mock, mock_client};
use jiff::{SignedDuration, Timestamp};
use runtime::clock::now;
use serde_json::{Value, json};
use store::{Events, Limits};
use tests::deployment::callers;
use tests::tables::{Row, client};
use tests::{Deployment, sample};
use tokio::time::Instant;

use super::{ITEM, USER, answer, assert_accepted, relayed, request, with_hints};

/// The beginning of a five-minute window.
const NOON: &str = "2026-11-23T12:00:00Z";
/// A hint expires after a day.
const DAY_SECONDS: i64 = 24 * 60 * 60;

fn about(item_id: &str) -> Value {
    json!({"event": "ITEM_RESPONSE", "timestamp": 1_795_435_200_000_u64, "itemId": item_id})
}

fn text<'a>(row: &'a Row, attribute: &str) -> &'a str {
    row[attribute].as_s().unwrap()
}

#[tokio::test]
async fn a_hint_is_one_row_that_names_the_item_and_the_caller() {
    let deployment = with_hints().await;

    answer(&deployment, request("on-success")).await;

    let [row] = &deployment.tables.event_rows().await[..] else {
        panic!("one row");
    };
    assert_eq!(text(row, "pk"), format!("ITEM#{ITEM}"));
    assert!(text(row, "sk").starts_with("#hint-"), "{row:?}");
    assert!(!text(row, "sk").contains(USER), "{row:?}");
    assert_eq!((text(row, "event"), text(row, "origin")), ("hint", "hint"));
    let body: Value = serde_json::from_slice(row["body"].as_b().unwrap().as_ref()).unwrap();
    assert_eq!(body, json!({ "clientUserId": USER }));
    let received_at: i64 = row["receivedAt"].as_n().unwrap().parse().unwrap();
    let expires_at: i64 = row["expiresAt"].as_n().unwrap().parse().unwrap();
    assert_eq!(expires_at, received_at / 1000 + DAY_SECONDS);
}

#[tokio::test]
async fn only_the_id_of_an_attached_item_is_stored() {
    let deployment = with_hints().await;
    for name in ["on-success", "on-error", "item-response", "base64"] {
        answer(&deployment, request(name)).await;
    }

    let stored = format!("{:?}", deployment.tables.event_rows().await);
    let counted = format!("{:?}", deployment.metrics.lines());

    assert!(stored.contains(ITEM) && counted.contains(ITEM));
    for of_the_item in [
        "Maria",
        "UPDATED",
        "OUTDATED",
        "SUCCESS\"",
        "Pluggy Bank",
        "CPF",
    ] {
        for kept in [&stored, &counted] {
            assert!(!kept.contains(of_the_item), "{of_the_item} in {kept}");
        }
    }
}

#[tokio::test]
async fn an_event_without_an_item_leaves_no_row() {
    let deployment = with_hints().await;

    for name in ["on-open", "submitted-consent", "on-error-without-data"] {
        answer(&deployment, request(name)).await;
    }

    assert!(deployment.tables.event_rows().await.is_empty());
}

/// Relays a hint of `user`, who has a new connect token, about an item at a time, and returns the number of event rows.
async fn rows_after(deployment: &Deployment, user: &str, item_id: &str, time: Timestamp) -> usize {
    deployment.tables.count_tokens(user, 1, time).await;
    let app = deployment.connect_events();
    let response = connect_events::handle(&app, relayed(user, &about(item_id)), time).await;
    assert_accepted(&response, user);
    deployment.tables.event_rows().await.len()
}

#[tokio::test]
async fn a_user_has_one_hint_about_an_item_in_five_minutes() {
    let deployment = Deployment::start().await;
    let noon: Timestamp = NOON.parse().unwrap();
    let last = noon + SignedDuration::from_millis(299_999);
    let next = noon + SignedDuration::from_mins(5);
    let other_item = "9a7b6c5d-0000-4000-8000-000000000002";

    assert_eq!(rows_after(&deployment, USER, ITEM, noon).await, 1);
    for _ in 0..3 {
        assert_eq!(rows_after(&deployment, USER, ITEM, last).await, 1);
    }
    let upper_case = ITEM.to_uppercase();
    assert_eq!(rows_after(&deployment, USER, &upper_case, last).await, 1);
    assert_eq!(rows_after(&deployment, "usr_2", ITEM, last).await, 2);
    assert_eq!(rows_after(&deployment, "usr_2", ITEM, last).await, 2);
    assert_eq!(rows_after(&deployment, USER, other_item, last).await, 3);
    assert_eq!(rows_after(&deployment, USER, ITEM, next).await, 4);
}

#[tokio::test]
async fn users_with_odd_ids_have_hints_of_their_own() {
    let deployment = Deployment::start().await;
    let noon = NOON.parse().unwrap();
    let users = [
        "a#b".to_owned(),
        "a/b-1".to_owned(),
        "Ünïcödé \u{1f642}".to_owned(),
        "u".repeat(255),
    ];

    for (number, user) in users.iter().enumerate() {
        let rows = rows_after(&deployment, user, ITEM, noon).await;
        assert_eq!(rows, number + 1, "{user}");
        let again = rows_after(&deployment, user, ITEM, noon).await;
        assert_eq!(again, number + 1, "{user}");
    }
    let rows = deployment.tables.event_rows().await;
    let ids: Vec<_> = rows.iter().map(|row| text(row, "sk")).collect();
    assert!(
        ids.iter().all(|id| id.matches('#').count() == 1),
        "one has another's id: {ids:?}"
    );
}

async fn assert_put_off(app: &connect_events::App) {
    let response = connect_events::handle(app, request("on-close"), now()).await;

    assert_eq!(response.status(), 503);
    assert_eq!(response.headers()["retry-after"], "5");
    assert_eq!(
        response.headers()["content-type"],
        "application/problem+json"
    );
    let line = app.metrics.lines().pop().unwrap();
    assert_eq!(line["ConnectEvents"], 1, "the funnel counts it");
    assert_eq!(line["response.status"], 503);
    assert_eq!(
        (&line["HintsStored"], &line["HintsRepeated"]),
        (&Value::Null, &Value::Null)
    );
}

#[tokio::test]
async fn a_hint_that_cannot_be_stored_is_put_off() {
    let deployment = with_hints().await;
    let rule = mock!(aws_sdk_dynamodb::Client::put_item)
        .then_error(|| PutItemError::InternalServerError(InternalServerError::builder().build()));
    let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&rule]);
    let mut app = deployment.connect_events();
    app.events = Events::new(client, "events".to_owned());

    assert_put_off(&app).await;
}

#[tokio::test(start_paused = true)]
async fn a_table_that_hangs_does_not_keep_the_caller_waiting() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let app = connect_events::App {
        events: Events::new(client(&url), "events".to_owned()),
        limits: Limits::new(client(&url), "limits".to_owned()),
        callers: callers(),
        metrics: runtime::metrics::Emitter::in_memory(),
    };
    let begin = Instant::now();

    assert_put_off(&app).await;

    assert!(
        begin.elapsed() < Duration::from_secs(5),
        "the function's timeout"
    );
}

#[tokio::test]
async fn without_a_table_an_event_that_is_no_hint_is_counted_all_the_same() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let app = connect_events::App {
        events: Events::new(client(&url), "events".to_owned()),
        limits: Limits::new(client(&url), "limits".to_owned()),
        callers: callers(),
        metrics: runtime::metrics::Emitter::in_memory(),
    };

    let request = sample::request("connect-events/on-open.json");
    let response = connect_events::handle(&app, request, now()).await;

    assert_accepted(&response, "on-open");
}
