use serde_json::{Value, json};
use tests::{Deployment, sample};

use super::{SAMPLES, answer, seen};
use crate::observed::Observed;

const USER: &str = "usr_01J9X";
/// A session of the role that opens the routes of a backend.
const BACKEND: &str = "arn:aws:sts::123456789012:assumed-role/backend/web-1";

/// Returns invalid values of the authorizer's field. None of them names a user of ours.
fn authorizers() -> Vec<Value> {
    let jwt = |claims: Value| json!({"jwt": {"claims": claims, "scopes": ["connections"]}});
    let mut authorizers = vec![
        Value::Null,
        json!({}),
        json!({"jwt": null}),
        json!({"lambda": {"sub": USER, "jwt": {"claims": {"sub": USER}}}}),
        json!({"iam": {"userId": USER, "callerId": USER, "accountId": "123456789012"}}),
        json!({"iam": {"userArn": BACKEND, "accountId": "123456789012"}}),
        json!({"iam": {"userArn": BACKEND}, "jwt": {"claims": {"sub": USER}, "scopes": null}}),
        json!({"iam": {}, "jwt": {"claims": {"sub": USER}, "scopes": null}}),
        json!({"claims": {"sub": USER}}),
        json!({"sub": USER, "principalId": USER}),
        jwt(json!({})),
        jwt(json!({"Sub": USER, "SUB": USER, "username": USER, "client_id": USER})),
        jwt(json!({"sub ": USER, "/sub": USER, "sub.": USER})),
    ];
    let unusable = [
        String::new(),
        " ".to_owned(),
        "\u{a0}\u{2003}".to_owned(),
        "\t\r\n".to_owned(),
        format!("{USER}\n"),
        format!("{USER}\u{0}"),
        format!("\u{7f}{USER}"),
        format!("{USER}\u{85}"),
        "x".repeat(256),
        "é".repeat(256),
        "x".repeat(100_000),
    ];
    authorizers.extend(unusable.map(|sub| jwt(json!({"sub": sub}))));
    authorizers
}

#[tokio::test]
async fn without_a_usable_claim_every_function_answers_401_without_any_request() {
    let mut deployment = Deployment::start().await;
    let observed = Observed::new();
    deployment.tables.client = observed.client(&deployment.tables);

    let mut answers = Vec::new();
    for event in SAMPLES.map(sample::json) {
        let mut without = event.clone();
        without["requestContext"]
            .as_object_mut()
            .unwrap()
            .remove("authorizer");
        answers.push((
            without.to_string(),
            seen(&answer(&deployment, &without).await),
        ));
        for authorizer in authorizers() {
            let mut event = event.clone();
            event["requestContext"]["authorizer"] = authorizer;
            answers.push((event.to_string(), seen(&answer(&deployment, &event).await)));
        }
    }

    let (_, first) = &answers[0];
    assert!(first.starts_with("401 "), "{first}");
    assert!(first.contains("application/problem+json"), "{first}");
    for (event, answer) in &answers {
        assert_eq!(answer, first, "{event}");
    }
    assert_eq!(observed.take(), Vec::<String>::new());
    assert_eq!(deployment.pluggy.requests().len(), 0);
}

#[tokio::test]
async fn no_field_of_the_request_names_the_user() {
    let deployment = Deployment::start().await;

    for event in SAMPLES.map(sample::json) {
        let mut event = sample::as_user(event, "");
        for name in ["sub", "x-user-id", "x-amzn-oidc-identity", "x-owner"] {
            event["headers"][name] = USER.into();
        }
        event["rawQueryString"] = format!("sub={USER}&clientUserId={USER}").into();
        event["queryStringParameters"] = json!({"sub": USER, "clientUserId": USER});
        event["cookies"] = json!([format!("sub={USER}")]);
        event["stageVariables"] = json!({"sub": USER});

        let response = answer(&deployment, &event).await;

        assert_eq!(response.status(), 401, "{}", event["routeKey"]);
    }
}

#[tokio::test]
async fn the_claim_is_the_one_that_the_deployment_names() {
    let deployment = Deployment::start().await;
    let mut app = deployment.item_status();
    app.callers.owner_claim = "https://example.com/user".to_owned();
    let event = |claims: Value| {
        let mut event = sample::json("item-status/list.json");
        event["requestContext"]["authorizer"]["jwt"]["claims"] = claims;
        sample::request_of(&event)
    };

    let named = event(json!({"https://example.com/user": USER}));
    let other = event(json!({"sub": USER}));
    let now = runtime::clock::now();

    assert_eq!(item_status::handle(&app, named, now).await.status(), 200);
    assert_eq!(item_status::handle(&app, other, now).await.status(), 401);
}
