//! What an app gets for input that is not right, and what a browser gets at all.

use reqwest::Method;
use reqwest::header::{AUTHORIZATION, ORIGIN};
use serde_json::json;

use crate::stack::{Stack, json, new_user, text};

const ALLOWED_ORIGIN: &str = "http://localhost:3000";

#[tokio::test]
async fn without_a_valid_token_every_route_is_closed() {
    let stack = Stack::running();
    let token = stack.user_token(&new_user()).await;
    let (unsigned, _) = token.rsplit_once('.').unwrap();
    let unknown_item = format!("/items/{}", uuid::Uuid::new_v4());

    for (method, path) in [
        (Method::POST, "/connect-token"),
        (Method::GET, "/items"),
        (Method::GET, unknown_item.as_str()),
        (Method::DELETE, unknown_item.as_str()),
    ] {
        let without = stack.api(method.clone(), path);
        let forged = stack
            .api(method, path)
            .header(AUTHORIZATION, format!("Bearer {unsigned}.c2lnbmF0dXJl"));
        for request in [without, forged] {
            assert_eq!(request.send().await.unwrap().status(), 401, "{path}");
        }
    }
}

#[tokio::test]
async fn a_token_without_the_scope_is_refused() {
    let stack = Stack::running();
    let answer = stack
        .sandbox(Method::POST, "/oauth2/token")
        .header("content-type", "application/x-www-form-urlencoded")
        .body("grant_type=password&username=usr_other&scope=profile")
        .send()
        .await
        .unwrap();
    let token = json(answer).await;

    let answer = stack
        .api(Method::GET, "/items")
        .header(
            AUTHORIZATION,
            format!("Bearer {}", text(&token, "/access_token")),
        )
        .send()
        .await
        .unwrap();

    assert_eq!(answer.status(), 403);
}

#[tokio::test]
async fn bad_input_is_answered_with_the_name_of_the_field() {
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
async fn a_token_is_not_to_be_stored() {
    let stack = Stack::running();

    let request = stack
        .api_as(&new_user(), Method::POST, "/connect-token")
        .await;
    let answer = request.send().await.unwrap();

    assert!(answer.status().is_success());
    assert_eq!(answer.headers()["cache-control"], "no-store");
}

#[tokio::test]
async fn a_browser_may_call_from_the_configured_origin_only() {
    let stack = Stack::running();
    let preflight = |origin: &'static str| {
        stack
            .api(Method::OPTIONS, "/items")
            .header(ORIGIN, origin)
            .header("access-control-request-method", "GET")
            .header(
                "access-control-request-headers",
                "authorization,if-none-match",
            )
            .send()
    };

    let allowed = preflight(ALLOWED_ORIGIN).await.unwrap();
    let foreign = preflight("https://evil.example").await.unwrap();

    assert!(allowed.status().is_success());
    assert_eq!(
        allowed.headers()["access-control-allow-origin"],
        ALLOWED_ORIGIN
    );
    let headers = allowed.headers()["access-control-allow-headers"]
        .to_str()
        .unwrap();
    assert!(
        headers.contains("authorization") && headers.contains("if-none-match"),
        "{headers}"
    );
    assert!(
        !foreign
            .headers()
            .contains_key("access-control-allow-origin")
    );
}

#[tokio::test]
async fn a_browser_may_read_etag_and_retry_after() {
    let stack = Stack::running();

    let request = stack.api_as(&new_user(), Method::GET, "/items").await;
    let answer = request.header(ORIGIN, ALLOWED_ORIGIN).send().await.unwrap();

    let exposed = answer.headers()["access-control-expose-headers"]
        .to_str()
        .unwrap();
    assert!(
        exposed.contains("etag") && exposed.contains("retry-after"),
        "{exposed}"
    );
}
