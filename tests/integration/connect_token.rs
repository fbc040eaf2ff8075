//! `POST /connect-token`, from the gateway's event to the response.

mod expiry;
mod profiles;
mod recorder;
mod update_mode;

use jiff::{SignedDuration, Timestamp};
use lambda_http::{Body, Request, Response};
use runtime::clock::now;
use sandbox::{Effect, Fault};
use serde_json::{Value, json};
use tests::{Deployment, sample};

use crate::address;
use crate::openapi::check_answer;

const USER: &str = "usr_01J9X";

async fn answer(deployment: &Deployment, request: Request) -> Response<Body> {
    let answer = connect_token::handle(&deployment.connect_token(), request, now()).await;
    check_answer("POST", "/connect-token", &answer);
    answer
}

fn json_of(response: &Response<Body>) -> Value {
    serde_json::from_slice(response.body()).unwrap()
}

async fn check_refused(sample: &str, status: u16, field: Option<&str>) {
    let deployment = Deployment::start().await;

    let response = answer(&deployment, sample::request(sample)).await;

    assert_eq!(response.status(), status, "{sample}");
    assert_eq!(
        response.headers()["content-type"],
        "application/problem+json",
        "{sample}"
    );
    assert_eq!(json_of(&response)["field"].as_str(), field, "{sample}");
    assert_eq!(
        deployment.requests_for("POST", "/connect_token"),
        0,
        "{sample}"
    );
}

#[tokio::test]
async fn a_signed_in_user_gets_a_token_and_the_default_options() {
    let deployment = Deployment::start().await;

    for sample in [
        "connect-token/no-body.json",
        "connect-token/empty-object.json",
    ] {
        let response = answer(&deployment, sample::request(sample)).await;

        assert_eq!(response.status(), 200, "{sample}");
        assert_eq!(response.headers()["cache-control"], "no-store");
        let answer = json_of(&response);
        let expires_at: Timestamp = answer["expiresAt"].as_str().unwrap().parse().unwrap();
        let left = expires_at.duration_since(now());
        assert!(
            left > SignedDuration::from_mins(29) && left <= SignedDuration::from_mins(30),
            "{left}"
        );
        assert_eq!(
            answer["connect"],
            json!({"includeSandbox": true, "language": "pt"})
        );
    }
}

#[tokio::test]
async fn the_token_is_made_for_the_caller_and_nobody_else() {
    let deployment = Deployment::start().await;

    let item_id = deployment.connect("usr_42", "user-ok").await;

    let item = deployment
        .pluggy_client()
        .item(item_id, now())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(item.client_user_id.as_deref(), Some("usr_42"));
}

#[tokio::test]
async fn a_caller_picks_a_profile_and_narrows_it() {
    let deployment = Deployment::start().await;
    let body = json!({"profile": "mobile", "language": "en", "selectedConnectorId": 2});

    let response = answer(
        &deployment,
        sample::with_body("connect-token/no-body.json", USER, &body),
    )
    .await;

    assert_eq!(
        json_of(&response)["connect"],
        json!({"theme": "dark", "language": "en", "selectedConnectorId": 2})
    );
}

#[tokio::test]
async fn every_option_of_a_caller_reaches_the_widget() {
    let deployment = Deployment::start().await;

    let response = answer(
        &deployment,
        sample::request("connect-token/all-options.json"),
    )
    .await;

    assert_eq!(
        json_of(&response)["connect"],
        json!({"includeSandbox": true, "language": "en", "theme": "dark", "selectedConnectorId": 201})
    );
}

#[tokio::test]
async fn bad_requests_are_refused_by_name_before_any_request_to_pluggy() {
    check_refused(
        "connect-token/unknown-field.json",
        400,
        Some("clientUserId"),
    )
    .await;
    check_refused("connect-token/item-id-not-a-uuid.json", 400, Some("itemId")).await;
    check_refused("connect-token/unknown-profile.json", 400, Some("profile")).await;
    check_refused("connect-token/value-too-long.json", 400, Some("profile")).await;
    check_refused("connect-token/not-json.json", 400, None).await;
    check_refused("connect-token/no-owner-claim.json", 401, None).await;
}

fn fault(path_prefix: &str, effect: Effect) -> Fault {
    Fault {
        method: None,
        path_prefix: path_prefix.to_owned(),
        times: None,
        effect,
    }
}

async fn answer_under(path_prefix: &str, effect: Effect) -> Response<Body> {
    let deployment = Deployment::start().await;
    deployment.pluggy.add_fault(fault(path_prefix, effect));
    answer(&deployment, sample::request("connect-token/no-body.json")).await
}

#[tokio::test]
async fn when_pluggy_is_down_slow_or_limiting_the_caller_gets_a_retry_delay() {
    let unavailable = Effect::Status {
        status: 500,
        code_description: None,
    };
    let cases = [
        ("/connect_token", unavailable, 503, "5"),
        ("/connect_token", Effect::Hang, 503, "5"),
        ("/connect_token", Effect::Disconnect, 503, "5"),
        (
            "/connect_token",
            Effect::RateLimited { reset_seconds: 23 },
            503,
            "23",
        ),
        (
            "/auth",
            Effect::RateLimited { reset_seconds: 23 },
            503,
            "23",
        ),
        (
            "/auth",
            Effect::Status {
                status: 401,
                code_description: None,
            },
            503,
            "60",
        ),
        ("/connect_token", Effect::Garbage, 502, "60"),
    ];
    for (path, effect, status, retry_after) in cases {
        let what = format!("{path} {effect:?}");

        let response = answer_under(path, effect).await;

        assert_eq!(response.status(), status, "{what}");
        assert_eq!(response.headers()["retry-after"], retry_after, "{what}");
        let body = std::str::from_utf8(response.body()).unwrap().to_lowercase();
        assert!(
            !body.contains("pluggy") && !body.contains("sandbox"),
            "{body}"
        );
    }
}

#[tokio::test]
async fn an_address_that_is_no_uri_does_no_harm() {
    let deployment = Deployment::start().await;
    let mut event = sample::json("connect-token/no-body.json");
    event["body"] = json!({"language": "en"}).to_string().into();

    for event in address::hostile(&event) {
        deployment.tables.forget_limits().await;
        let response = answer(&deployment, sample::request_of(&event)).await;

        assert_eq!(response.status(), 200, "{event}");
        assert_eq!(json_of(&response)["connect"]["language"], "en", "{event}");
    }
}
