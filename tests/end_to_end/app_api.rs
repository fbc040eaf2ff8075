//! The API's responses to a new user and to invalid input.

use reqwest::Method;
use serde_json::json;

use crate::stack::{Stack, json, new_user};

#[tokio::test]
async fn invalid_input_is_answered_with_the_name_of_the_field() {
    let stack = Stack::running();
    let user = new_user();

    for (field, body) in [
        ("clientUserId", json!({"clientUserId": "usr_somebody_else"})),
        ("itemId", json!({"itemId": "not-a-uuid"})),
        ("language", json!({"language": "x".repeat(1_000)})),
    ] {
        let request = stack.api_as(&user, Method::POST, "/connect-token").await;
        let answer = request.body(body.to_string()).send().await.unwrap();

        assert_eq!(answer.status(), 400, "{field}");
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        let problem = json(answer).await;
        assert_eq!(problem["field"], field, "{problem}");
    }
}

#[tokio::test]
async fn a_new_user_has_no_items() {
    let stack = Stack::running();

    let request = stack.api_as(&new_user(), Method::GET, "/items").await;
    let answer = request.send().await.unwrap();

    assert_eq!(answer.status(), 200);
    assert_eq!(json(answer).await["items"], json!([]));
}

#[tokio::test]
async fn a_token_response_must_not_be_stored() {
    let stack = Stack::running();

    let request = stack
        .api_as(&new_user(), Method::POST, "/connect-token")
        .await;
    let answer = request.send().await.unwrap();

    assert!(answer.status().is_success());
    assert_eq!(answer.headers()["cache-control"], "no-store");
}
