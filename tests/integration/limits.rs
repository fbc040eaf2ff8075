//! The limits of a user: how many connect tokens, deletions and hints one gets, and how a refusal is answered.

mod hints;
mod row;

use jiff::{SignedDuration, Timestamp};
use lambda_http::{Body, Response};
use serde_json::{Value, json};
use store::{LIMIT_PERIOD, Limited, MAX_DELETIONS, MAX_TOKENS, Permit};
use tests::{Deployment, sample};

use crate::openapi::check_answer;

const USER: &str = "usr_01J9X";
const OTHER_USER: &str = "usr_2";
const NOON: &str = "2026-11-23T12:00:00Z";

fn noon() -> Timestamp {
    NOON.parse().unwrap()
}

async fn token(deployment: &Deployment, user: &str, body: &Value, at: Timestamp) -> Response<Body> {
    let request = sample::with_body("connect-token/no-body.json", user, body);
    let answer = connect_token::handle(&deployment.connect_token(), request, at).await;
    check_answer("POST", "/connect-token", &answer);
    answer
}

async fn delete(deployment: &Deployment, item_id: &str, at: Timestamp) -> Response<Body> {
    let request = sample::delete_item(USER, item_id);
    let answer = disconnect::handle(&deployment.disconnect(), request, at).await;
    check_answer("DELETE", "/items/{itemId}", &answer);
    answer
}

/// Counts operations of a user, all of which are granted.
async fn count(deployment: &Deployment, operation: Limited, times: u32, at: Timestamp) {
    let limits = deployment.tables.limit_store();
    for _ in 0..times {
        let permit = limits.count(&USER.parse().unwrap(), operation, at).await;
        assert_eq!(permit.unwrap(), Permit::Granted);
    }
}

fn assert_over_limit(answer: &Response<Body>, retry_after: &str) {
    assert_eq!(answer.status(), 429);
    assert_eq!(answer.headers()["retry-after"], retry_after);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let problem: Value = serde_json::from_slice(answer.body()).unwrap();
    let kind = "urn:pluggy-lambda:problem:user-limit-reached";
    assert_eq!(problem["type"], kind);
}

/// Returns the refusals and the users that the emitted lines count.
fn counted(deployment: &Deployment) -> (i64, i64) {
    let lines = deployment.metrics.lines();
    let sum = |metric: &str| lines.iter().filter_map(|line| line[metric].as_i64()).sum();
    (sum("RequestsOverLimit"), sum("UsersOverLimit"))
}

#[tokio::test]
async fn a_user_gets_twenty_tokens_in_ten_minutes_and_then_waits_for_the_end_of_them() {
    let deployment = Deployment::start().await;
    let minutes = |minutes| noon() + SignedDuration::from_mins(minutes);

    for number in 0..20 {
        let answer = token(&deployment, USER, &json!({}), minutes(number / 4)).await;
        assert_eq!(answer.status(), 200, "{number}");
    }
    let refused = token(&deployment, USER, &json!({}), minutes(5)).await;
    let last_second = minutes(10) - SignedDuration::from_millis(1);
    let refused_later = token(&deployment, USER, &json!({}), last_second).await;
    let another = token(&deployment, OTHER_USER, &json!({}), minutes(5)).await;
    let afterwards = token(&deployment, USER, &json!({}), minutes(10)).await;

    assert_over_limit(&refused, "300");
    assert_over_limit(&refused_later, "1");
    assert_eq!(another.status(), 200);
    assert_eq!(afterwards.status(), 200);
    assert_eq!(deployment.requests_for("POST", "/connect_token"), 22);
    assert_eq!(counted(&deployment), (2, 1), "the user counts once");
}

#[tokio::test]
async fn a_request_that_is_refused_with_400_does_not_count() {
    let deployment = Deployment::start().await;
    for body in [
        json!({"profile": "unknown"}),
        json!({"itemId": 7}),
        json!({"x": 1}),
    ] {
        for _ in 0..MAX_TOKENS {
            let answer = token(&deployment, USER, &body, noon()).await;
            assert_eq!(answer.status(), 400, "{body}");
        }
    }

    let rows = deployment.tables.rows(&deployment.tables.limits).await;
    let answer = token(&deployment, USER, &json!({}), noon()).await;

    assert!(rows.is_empty(), "{rows:?}");
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn a_user_that_a_backend_names_has_the_same_limit() {
    let deployment = Deployment::start().await;
    count(&deployment, Limited::ConnectToken, MAX_TOKENS, noon()).await;
    let event = |user: &str| {
        let mut event = sample::json("connect-token/backend.json");
        event["pathParameters"]["userId"] = user.into();
        sample::request_of(&event)
    };

    let app = deployment.connect_token();
    let refused = connect_token::handle(&app, event(USER), noon()).await;
    let another = connect_token::handle(&app, event(OTHER_USER), noon()).await;

    check_answer("POST", "/users/{userId}/connect-token", &refused);
    assert_over_limit(&refused, "600");
    assert_eq!(another.status(), 200);
}

#[tokio::test]
async fn a_user_beyond_the_limit_of_deletions_deletes_and_stores_nothing() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    let created = json!({"event": "item/created", "eventId": "1", "itemId": item_id});
    deployment.deliver(&created).await;
    deployment.sync_all().await;
    let rows_before = deployment.tables.event_rows().await;
    count(&deployment, Limited::Deletion, MAX_DELETIONS, noon()).await;

    let refused = delete(&deployment, &item_id.to_string(), noon()).await;

    assert_over_limit(&refused, "600");
    assert_eq!(
        deployment.requests_for("DELETE", &format!("/items/{item_id}")),
        0
    );
    assert_eq!(deployment.tables.event_rows().await, rows_before);
    assert_eq!(counted(&deployment), (1, 1));
    let afterwards = delete(&deployment, &item_id.to_string(), noon() + LIMIT_PERIOD).await;
    assert_eq!(afterwards.status(), 204);
}

#[tokio::test]
async fn what_needs_no_deletion_never_reaches_the_limit() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    let created = json!({"event": "item/created", "eventId": "1", "itemId": item_id});
    deployment.deliver(&created).await;
    deployment.sync_all().await;
    let now = runtime::clock::now();
    let deleted = delete(&deployment, &item_id.to_string(), now).await;
    assert_eq!(deleted.status(), 204);
    let items = deployment.tables.item_store();
    items.put_tombstone(item_id, now, now).await.unwrap();
    count(&deployment, Limited::Deletion, MAX_DELETIONS - 1, now).await;

    let repeated = delete(&deployment, &item_id.to_string(), now).await;
    let unknown = delete(&deployment, "9a7b6c5d-0000-4000-8000-00000000ffff", now).await;

    assert_eq!(
        (repeated.status().as_u16(), unknown.status().as_u16()),
        (204, 404)
    );
}
