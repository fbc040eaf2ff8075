//! Attempts to bypass the secret, on real events of a function URL. No attempt is accepted, and nothing is stored.
//!
//! Each check has a test that fails when the check is removed:
//!
//! | Check | Test |
//! |---|---|
//! | the method is `POST` | `other_methods_are_refused_even_with_the_secret` |
//! | a secret is configured | `without_a_configured_secret_every_delivery_is_put_off` |
//! | the header is there | `without_the_secret_nothing_is_stored` |
//! | the header is there once | `a_secret_among_others_is_refused` |
//! | the value's digest is an accepted one | `nothing_in_place_of_the_secret_is_accepted` |
//! | all accepted digests are compared | `the_current_and_the_previous_secret_are_accepted_and_no_other` |
//! | at most two digests, each well-formed | `a_malformed_digest_or_a_third_one_is_a_configuration_error` |
//! | no digest of an empty secret | `the_digest_of_nothing_is_refused` |
//! | the application is ours | `only_our_application_is_not_quarantined` |
//! | the source address comes from Lambda | `only_headers_that_are_not_usual_are_named` |

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use runtime::clock::now;
use serde_json::{Value, json};
use tests::deployment::{WEBHOOK_SECRET, WEBHOOK_SECRET_SHA256};
use tests::{Deployment, sample};

const MIN_CASES: usize = 200;

/// Returns an event without the secret.
fn event_without_secret() -> Value {
    sample::json("webhook/no-secret.json")
}

fn with_header(name: &str, value: &str) -> Value {
    let mut event = event_without_secret();
    event["headers"][name] = value.into();
    event
}

fn hexadecimal(before_each: &str, text: &str) -> String {
    let digits = text.bytes().map(|byte| format!("{before_each}{byte:02x}"));
    digits.collect::<Vec<_>>().concat()
}

/// Returns values that are nearly the secret.
fn nearly_the_secret() -> Vec<String> {
    let secret = WEBHOOK_SECRET;
    let mut values: Vec<String> = [
        "",
        " ",
        "\t",
        ",",
        "null",
        "undefined",
        "true",
        "*",
        "0",
        "webhook-secret-for-local-test",
        WEBHOOK_SECRET_SHA256,
    ]
    .map(str::to_owned)
    .to_vec();
    values.extend([
        secret.to_uppercase(),
        secret.replacen('w', "W", 1),
        secret.chars().rev().collect(),
        secret.repeat(2),
        STANDARD.encode(secret),
        WEBHOOK_SECRET_SHA256.to_uppercase(),
        format!("sha256={WEBHOOK_SECRET_SHA256}"),
        secret.replace('-', "%2D"),
        // In hexadecimal, and each character percent-encoded.
        hexadecimal("", secret),
        hexadecimal("%", secret),
        secret.replace('-', "_"),
        secret.replace('-', ""),
    ]);
    for (before, after) in [
        (" ", ""),
        ("", " "),
        ("\t", ""),
        ("", "\t"),
        ("\"", "\""),
        ("'", "'"),
        ("Bearer ", ""),
        ("Basic ", ""),
        ("x-webhook-secret: ", ""),
        ("x-webhook-secret=", ""),
        ("", ";"),
        ("", ","),
        (",", ""),
        ("", ", wrong"),
        ("wrong,", ""),
        ("", "\\n"),
        ("", "%00"),
        ("", "%0a"),
        ("<", ">"),
    ] {
        values.push(format!("{before}{secret}{after}"));
    }
    // Texts that resemble the secret.
    values.extend([
        secret.replace('e', "\u{435}"),
        secret.replace('-', "\u{2010}"),
        format!("{secret}\u{200b}"),
        format!("\u{feff}{secret}"),
        secret
            .chars()
            .filter_map(|letter| char::from_u32(u32::from(letter) + 0xfee0))
            .collect(),
    ]);
    // The form in which a function URL passes on a header that comes twice.
    for join in [",", ", ", "; "] {
        values.push([secret, secret].join(join));
    }
    for at in 0..secret.len() {
        let (before, rest) = secret.split_at(at);
        let mut characters = rest.chars();
        let other = if characters.next() == Some('x') {
            'y'
        } else {
            'x'
        };
        values.push(format!("{before}{}", characters.as_str()));
        values.push(format!("{before}{other}{}", characters.as_str()));
        values.push(before.to_owned());
    }
    values
}

/// Returns events in which the secret, or a variant of it, is in another place than its header.
fn in_another_place() -> Vec<Value> {
    let secret = WEBHOOK_SECRET;
    let mut events: Vec<Value> = [
        "x-webhook-secrets",
        "x-webhook_secret",
        "x_webhook_secret",
        "webhook-secret",
        "x-webhook",
        "xx-webhook-secret",
        "x-webhook-secret-sha256",
        "http-x-webhook-secret",
        "authorization",
        "proxy-authorization",
        "cookie",
        "host",
        "user-agent",
        "x-api-key",
        "x-forwarded-for",
        "x-amz-security-token",
        "x-amzn-remapped-x-webhook-secret",
        "x-http-method-override",
        "content-type",
        "referer",
    ]
    .map(|name| with_header(name, secret))
    .to_vec();
    events.push(with_header("authorization", &format!("Bearer {secret}")));
    events.push(with_header("cookie", &format!("x-webhook-secret={secret}")));
    events.push(with_header(
        "cookie",
        &format!("a=b; X-Webhook-Secret: {secret}"),
    ));
    for (pointer, value) in [
        ("cookies", json!([format!("x-webhook-secret={secret}")])),
        ("cookies", json!([format!("x-webhook-secret: {secret}")])),
        ("rawPath", json!(format!("/{secret}"))),
        ("rawPath", json!(format!("/x-webhook-secret/{secret}"))),
        (
            "rawQueryString",
            json!(format!("x-webhook-secret={secret}")),
        ),
        (
            "rawQueryString",
            json!(format!("headers[x-webhook-secret]={secret}")),
        ),
        (
            "queryStringParameters",
            json!({ "x-webhook-secret": secret }),
        ),
        ("pathParameters", json!({ "x-webhook-secret": secret })),
        ("stageVariables", json!({ "x-webhook-secret": secret })),
        ("multiValueHeaders", json!({ "x-webhook-secret": [secret] })),
        ("x-webhook-secret", json!(secret)),
        ("body", json!(secret)),
        ("body", json!(format!("x-webhook-secret={secret}"))),
        ("body", json!(format!("x-webhook-secret: {secret}\r\n\r\n"))),
        (
            "body",
            json!(json!({"x-webhook-secret": secret, "event": "item/updated"}).to_string()),
        ),
        (
            "body",
            json!(
                json!({"headers": {"x-webhook-secret": secret}, "event": "item/updated"})
                    .to_string()
            ),
        ),
    ] {
        let mut event = event_without_secret();
        event[pointer] = value;
        events.push(event);
    }
    for (field, value) in [
        (
            "authorizer",
            json!({"jwt": {"claims": {"x-webhook-secret": secret}, "scopes": []}}),
        ),
        (
            "authorizer",
            json!({"lambda": {"x-webhook-secret": secret}}),
        ),
        ("accountId", json!(secret)),
        ("stage", json!(secret)),
        ("requestId", json!(secret)),
    ] {
        let mut event = event_without_secret();
        event["requestContext"][field] = value;
        events.push(event);
    }
    events
}

/// Returns the event with bodies that must not make a difference.
fn with_other_bodies(event: &Value) -> Vec<Value> {
    [
        (json!(null), false),
        (json!("not json"), false),
        (json!("eyJldmVudCI6ICJ4In0="), true),
    ]
    .map(|(body, is_encoded)| {
        let mut event = event.clone();
        event["body"] = body;
        event["isBase64Encoded"] = is_encoded.into();
        event
    })
    .to_vec()
}

#[tokio::test]
async fn nothing_in_place_of_the_secret_is_accepted() {
    let deployment = Deployment::start().await;
    let app = deployment.webhook(WEBHOOK_SECRET_SHA256);
    let mut cases: Vec<Value> = nearly_the_secret()
        .iter()
        .map(|value| with_header("x-webhook-secret", value))
        .collect();
    cases.extend(with_other_bodies(&event_without_secret()));
    cases.extend(with_other_bodies(&with_header("x-webhook-secret", "wrong")));
    for mut event in in_another_place() {
        cases.push(event.clone());
        event["headers"]["x-webhook-secret"] = "wrong".into();
        cases.push(event);
    }

    let distinct: BTreeSet<String> = cases.iter().map(Value::to_string).collect();
    assert!(distinct.len() >= MIN_CASES, "{}", distinct.len());
    for event in &cases {
        let response = webhook::handle(Some(&app), sample::request_of(event), now()).await;

        assert_eq!(response.status(), 401, "{event}");
    }
    assert!(deployment.tables.event_rows().await.is_empty());
}

#[tokio::test]
async fn a_secret_among_others_is_refused() {
    let deployment = Deployment::start().await;
    let app = deployment.webhook(WEBHOOK_SECRET_SHA256);

    for values in [
        vec![WEBHOOK_SECRET, WEBHOOK_SECRET],
        vec!["wrong", WEBHOOK_SECRET],
        vec![WEBHOOK_SECRET, "wrong"],
        vec!["", WEBHOOK_SECRET],
    ] {
        let mut event = event_without_secret();
        event["headers"]["x-webhook-secret"] = json!(values);
        let response = webhook::handle(Some(&app), sample::request_of(&event), now()).await;

        assert_eq!(response.status(), 401, "{values:?}");
    }
    assert!(deployment.tables.event_rows().await.is_empty());
}

#[tokio::test]
async fn other_methods_are_refused_even_with_the_secret() {
    let deployment = Deployment::start().await;
    let app = deployment.webhook(WEBHOOK_SECRET_SHA256);

    for method in [
        "GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "post", "Post",
        "POSTS",
    ] {
        let mut event = with_header("x-webhook-secret", WEBHOOK_SECRET);
        event["headers"]["x-http-method-override"] = "POST".into();
        event["requestContext"]["http"]["method"] = method.into();
        let response = webhook::handle(Some(&app), sample::request_of(&event), now()).await;

        assert_eq!(response.status(), 405, "{method}");
    }
    assert!(deployment.tables.event_rows().await.is_empty());
}

#[tokio::test]
async fn without_a_configured_secret_nothing_is_accepted() {
    let deployment = Deployment::start().await;

    for digests in ["", " ", ",", " , "] {
        let app = deployment.webhook(digests);
        for value in ["", " ", ",", WEBHOOK_SECRET, WEBHOOK_SECRET_SHA256] {
            let event = with_header("x-webhook-secret", value);
            let response = webhook::handle(Some(&app), sample::request_of(&event), now()).await;

            assert_eq!(response.status(), 503, "{value}");
        }
    }
    assert!(deployment.tables.event_rows().await.is_empty());
}

/// Guards that a header that HTTP does not allow does not become a request.
#[test]
fn a_secret_with_control_characters_is_no_request() {
    for value in [
        format!("{WEBHOOK_SECRET}\0"),
        format!("{WEBHOOK_SECRET}\n"),
        format!("{WEBHOOK_SECRET}\r\nx: y"),
    ] {
        let event = with_header("x-webhook-secret", &value);

        assert!(
            lambda_http::request::from_str(&event.to_string()).is_err(),
            "{value:?}"
        );
    }
}
