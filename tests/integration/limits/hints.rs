//! The hint quota: five hints for each connect-token request, for an hour.

use jiff::{SignedDuration, Timestamp};
use lambda_http::{Body, Response};
use serde_json::json;
use store::{HINT_GRACE, HINTS_PER_TOKEN, LIMIT_PERIOD, Limited, Permit};
use tests::{Deployment, sample};

use super::{OTHER_USER, USER, noon};
use crate::openapi::check_answer;

/// Relays an event about the `number`-th item.
async fn relay(deployment: &Deployment, user: &str, number: u32, at: Timestamp) -> Response<Body> {
    let item_id = format!("9a7b6c5d-0000-4000-8000-{number:012}");
    let body = json!({"event": "ITEM_RESPONSE", "timestamp": 1, "itemId": item_id});
    let request = sample::with_body("connect-events/on-open.json", user, &body);
    let answer = connect_events::handle(&deployment.connect_events(), request, at).await;
    check_answer("POST", "/connect-events", &answer);
    answer
}

async fn relay_many(deployment: &Deployment, hints: u32, at: Timestamp) {
    for number in 0..hints {
        let answer = relay(deployment, USER, number, at).await;
        assert_eq!(answer.status(), 202);
    }
}

async fn stored(deployment: &Deployment) -> usize {
    deployment.tables.event_rows().await.len()
}

#[tokio::test]
async fn without_a_token_request_a_hint_is_answered_alike_and_not_stored() {
    let deployment = Deployment::start().await;
    deployment.tables.count_tokens(OTHER_USER, 1, noon()).await;

    let refused = relay(&deployment, USER, 1, noon()).await;
    let accepted = relay(&deployment, OTHER_USER, 2, noon()).await;

    assert_eq!(stored(&deployment).await, 1);
    let parts = |answer: Response<Body>| format!("{:?}", answer.into_parts());
    assert_eq!(parts(refused), parts(accepted), "the response is the same");
    let line = &deployment.metrics.lines()[0];
    assert_eq!(
        (&line["HintsOverLimit"], &line["ConnectEvents"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(line["HintsStored"], json!(null));
}

#[tokio::test]
async fn a_token_request_adds_five_hints_to_the_quota_and_a_repeated_hint_counts_once() {
    let deployment = Deployment::start().await;
    deployment.tables.count_tokens(USER, 1, noon()).await;

    for _ in 0..3 {
        relay_many(&deployment, HINTS_PER_TOKEN, noon()).await;
    }
    assert_eq!(stored(&deployment).await, 5);
    relay(&deployment, USER, HINTS_PER_TOKEN, noon()).await;
    assert_eq!(stored(&deployment).await, 5);

    deployment.tables.count_tokens(USER, 1, noon()).await;
    relay_many(&deployment, 3 * HINTS_PER_TOKEN, noon()).await;
    assert_eq!(stored(&deployment).await, 10);
}

#[tokio::test]
async fn hints_can_be_used_for_an_hour_after_the_period_and_not_longer() {
    let deployment = Deployment::start().await;
    deployment.tables.count_tokens(USER, 1, noon()).await;
    let end = noon() + LIMIT_PERIOD + HINT_GRACE;

    relay(&deployment, USER, 1, end - SignedDuration::from_millis(1)).await;
    assert_eq!(stored(&deployment).await, 1);

    relay(&deployment, USER, 2, end).await;
    assert_eq!(stored(&deployment).await, 1);
}

#[tokio::test]
async fn a_new_period_begins_with_five_hints() {
    let deployment = Deployment::start().await;
    deployment.tables.count_tokens(USER, 3, noon()).await;
    relay_many(&deployment, 4, noon()).await;
    let later = noon() + LIMIT_PERIOD;
    deployment.tables.count_tokens(USER, 1, later).await;

    relay_many(&deployment, 20, later).await;

    assert_eq!(stored(&deployment).await, 4 + 5);
}

#[tokio::test]
async fn a_refused_token_request_adds_no_hints() {
    let deployment = Deployment::start().await;
    deployment.tables.count_tokens(USER, 20, noon()).await;
    let (user, limits) = (USER.parse().unwrap(), deployment.tables.limit_store());
    for _ in 0..3 {
        let permit = limits.count(&user, Limited::ConnectToken, noon()).await;
        assert_ne!(permit.unwrap(), Permit::Granted);
    }

    relay_many(&deployment, 105, noon()).await;

    assert_eq!(stored(&deployment).await, 100);
}
