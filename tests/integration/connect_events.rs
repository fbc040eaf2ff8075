//! `POST /connect-events`, from the gateway's event to the response.

mod counted;
mod documented;
mod hints;
mod unseen;

use lambda_http::{Body, Context, Request, RequestExt as _, Response};
use runtime::clock::now;
use serde_json::{Value, json};
use tests::{Deployment, sample};

use crate::address;
use crate::openapi::check_answer;

const USER: &str = "usr_01J9X";
/// The item of the sample events.
const ITEM: &str = "9a7b6c5d-0000-4000-8000-000000000001";
/// Every accepted sample, and the name under which it is counted.
const TAKEN: [(&str, &str); 18] = [
    ("on-success", "onSuccess"),
    ("on-error", "onError"),
    ("on-error-without-data", "onError"),
    ("on-open", "onOpen"),
    ("on-close", "onClose"),
    ("on-hide", "onHide"),
    ("submitted-consent", "SUBMITTED_CONSENT"),
    ("selected-institution", "SELECTED_INSTITUTION"),
    ("selection-undone", "SELECTED_INSTITUTION"),
    ("submitted-login", "SUBMITTED_LOGIN"),
    ("submitted-mfa", "SUBMITTED_MFA"),
    ("login-success", "LOGIN_SUCCESS"),
    ("login-mfa-success", "LOGIN_MFA_SUCCESS"),
    ("login-step-completed", "LOGIN_STEP_COMPLETED"),
    ("item-response", "ITEM_RESPONSE"),
    ("base64", "ITEM_RESPONSE"),
    ("unknown-event", "other"),
    ("no-timestamp", "SUBMITTED_LOGIN"),
];

/// Starts a deployment in which the user of the sample events has a hint quota.
async fn with_hints() -> Deployment {
    let deployment = Deployment::start().await;
    deployment.tables.renew_hints(USER).await;
    deployment
}

async fn answer(deployment: &Deployment, request: Request) -> Response<Body> {
    let answer = connect_events::handle(&deployment.connect_events(), request, now()).await;
    check_answer("POST", "/connect-events", &answer);
    answer
}

fn request(name: &str) -> Request {
    sample::request(&format!("connect-events/{name}.json"))
}

/// Returns a request in which `user`'s frontend relays an event.
fn relayed(user: &str, body: &Value) -> Request {
    sample::with_body("connect-events/on-open.json", user, body)
}

fn assert_accepted(response: &Response<Body>, what: &str) {
    assert_eq!(response.status(), 202, "{what}");
    assert_eq!(response.headers()["cache-control"], "no-store", "{what}");
    assert_eq!(response.headers().len(), 1, "{what}");
    assert!(response.body().is_empty(), "{what}");
}

/// Asserts that a request is refused, stores nothing and counts as nothing. Returns the problem.
async fn check_refused(request: Request, status: u16, what: &str) -> Value {
    let deployment = Deployment::start().await;

    let response = answer(&deployment, request).await;

    assert_eq!(response.status(), status, "{what}");
    assert_eq!(
        response.headers()["content-type"],
        "application/problem+json",
        "{what}"
    );
    assert!(deployment.tables.event_rows().await.is_empty(), "{what}");
    let [line] = &deployment.metrics.lines()[..] else {
        panic!("one line: {what}");
    };
    assert_eq!(line["response.status"], status, "{what}");
    assert_eq!(line["_aws"], Value::Null, "{what}");
    serde_json::from_slice(response.body()).unwrap()
}

/// Guards the join with the access log of the API, which has Lambda's request id too.
#[tokio::test]
async fn the_line_names_the_request() {
    let deployment = Deployment::start().await;
    let mut context = Context::default();
    context.request_id = "6d68ca91-49c9-448d-89b8-7ca3e6dc66aa".to_owned();
    let request = request("on-open").with_lambda_context(context.clone());

    answer(&deployment, request).await;

    let line = deployment.metrics.lines().pop().unwrap();
    assert_eq!(line["requestId"], context.request_id);
}

#[tokio::test]
async fn every_widget_event_is_accepted_in_either_form() {
    let deployment = Deployment::start().await;

    for (name, _) in TAKEN {
        let mut event = sample::json(&format!("connect-events/{name}.json"));
        let as_sent = answer(&deployment, request(name)).await;

        assert_accepted(&as_sent, name);
        if event["isBase64Encoded"] == true {
            continue;
        }
        let body = serde_json::from_str(event["body"].as_str().unwrap()).unwrap();
        event["body"] = other_form(body).to_string().into();
        let in_the_other_form = answer(&deployment, sample::request_of(&event)).await;
        assert_accepted(&in_the_other_form, name);
    }

    let counts: Vec<Value> = deployment.metrics.lines();
    let names = counts.iter().map(|line| line["ConnectEvent"].clone());
    let expected = TAKEN.iter().flat_map(|(sample, name)| {
        let forms = if *sample == "base64" { 1 } else { 2 };
        std::iter::repeat_n(json!(name), forms)
    });
    assert_eq!(names.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
}

/// Returns an object as the older pair, and the older pair as an object.
fn other_form(body: Value) -> Value {
    match body {
        Value::Object(mut fields) => json!([fields.remove("event").unwrap(), fields]),
        Value::Array(mut pair) => {
            let mut fields = pair.pop().unwrap();
            fields["event"] = pair.pop().unwrap();
            fields
        }
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn bad_requests_are_refused_by_name() {
    for (name, field) in [("two-items", Some("item.id")), ("not-json", None)] {
        let problem = check_refused(request(name), 400, name).await;

        assert_eq!(problem["field"].as_str(), field, "{name}");
    }
}

#[tokio::test]
async fn hostile_bodies_are_refused_and_not_quoted() {
    let long = json!({"event": "onOpen", "timestamp": 1, "x": "y".repeat(64 * 1024)});
    for body in [
        "[".repeat(60_000),
        r#"{"event":"onOpen","timestamp":NaN}"#.to_owned(),
        r#""__proto__.x""#.to_owned(),
        "../../connectors/2".to_owned(),
        "\u{feff}{}".to_owned(),
        long.to_string(),
    ] {
        let mut event = sample::json("connect-events/on-open.json");
        event["body"] = body.clone().into();

        let problem =
            check_refused(sample::request_of(&event), 400, &body[..body.len().min(60)]).await;

        let text = problem.to_string();
        for quoted in ["expected", "line", "column", "__proto__", "connectors/2"] {
            assert!(!text.contains(quoted), "{text}");
        }
    }
}

#[tokio::test]
async fn what_the_widgets_packages_spoil_is_absent_and_the_event_counts() {
    let deployment = Deployment::start().await;
    let bodies = [
        // `onSuccess({item: undefined})` and a connector id that is NaN, both of the React Native package.
        r#"{"event":"onSuccess","timestamp":1795435200000}"#.to_owned(),
        r#"{"event":"onSuccess","timestamp":1795435200000,"connector":{"id":null,"name":"Banco"}}"#
            .to_owned(),
        r#"{"event":"onSuccess","timestamp":null,"item":null}"#.to_owned(),
        r#"{"event":"onSuccess","item":{"id":"half \ud83d"}}"#.to_owned(),
        r#"{"event":"onSuccess","itemId":"../../connectors/2"}"#.to_owned(),
        format!(r#"{{"event":"onSuccess","timestamp":{}}}"#, "9".repeat(400)),
        String::new(),
    ];
    for body in &bodies {
        let mut event = sample::json("connect-events/on-open.json");
        event["body"] = body.clone().into();

        assert_accepted(&answer(&deployment, sample::request_of(&event)).await, body);
    }
    assert!(deployment.tables.event_rows().await.is_empty());
    let counted = deployment.metrics.lines();
    let names: Vec<_> = counted.iter().map(|line| &line["ConnectEvent"]).collect();
    assert_eq!(names, [vec!["onSuccess"; 6], vec!["other"]].concat());
}

#[tokio::test]
async fn half_an_emoji_in_a_message_does_not_hide_the_item() {
    let deployment = with_hints().await;
    let mut event = sample::json("connect-events/on-open.json");
    event["body"] = format!(
        r#"{{"event":"onError","message":"termos \ud83d","data":{{"item":{{"id":"{ITEM}"}}}}}}"#
    )
    .into();

    assert_accepted(
        &answer(&deployment, sample::request_of(&event)).await,
        "onError",
    );

    let rows = deployment.tables.event_rows().await;
    assert_eq!(rows[0]["pk"].as_s().unwrap(), &format!("ITEM#{ITEM}"));
}

#[tokio::test]
async fn a_caller_who_is_not_signed_in_is_refused_whatever_is_sent() {
    let mut empty_claim = sample::json("connect-events/on-success.json");
    empty_claim["requestContext"]["authorizer"]["jwt"]["claims"]["sub"] = "".into();
    let mut no_authorizer = sample::json("connect-events/on-success.json");
    no_authorizer["requestContext"]
        .as_object_mut()
        .unwrap()
        .remove("authorizer");
    let mut unreadable = sample::json("connect-events/no-owner-claim.json");
    unreadable["body"] = "{".into();
    let no_claim = sample::json("connect-events/no-owner-claim.json");

    for event in [no_claim, empty_claim, no_authorizer, unreadable] {
        let problem = check_refused(sample::request_of(&event), 401, "no caller").await;

        assert_eq!(problem["title"], "Unauthorized");
    }
}

#[tokio::test]
async fn an_address_that_is_no_uri_does_no_harm() {
    let deployment = Deployment::start().await;
    let event = sample::json("connect-events/on-open.json");

    for event in address::hostile(&event) {
        let response = answer(&deployment, sample::request_of(&event)).await;

        assert_accepted(&response, &event.to_string());
    }
}
