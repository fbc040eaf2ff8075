//! The webhook, from the function URL's event to the row.

mod bypass;
mod counted;
mod deadline;
mod intake;
mod rotation;
mod trust;

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::error::InternalServerError;
use aws_smithy_mocks::{RuleMode, mock, mock_client};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lambda_http::Response;
use runtime::clock::now;
use serde_json::json;
use store::{EncodedBody, Encoding, Events};
use tests::deployment::WEBHOOK_SECRET_SHA256;
use tests::tables::Row;
use tests::{Deployment, sample};

const ITEM_KEY: &str = "ITEM#9a7b6c5d-0000-4000-8000-000000000001";

async fn deliver(deployment: &Deployment, sample: &str) -> Response<lambda_http::Body> {
    let request = sample::request(&format!("webhook/{sample}.json"));
    webhook::handle(
        Some(&deployment.webhook(WEBHOOK_SECRET_SHA256)),
        request,
        now(),
    )
    .await
}

async fn stored(sample: &str) -> Vec<Row> {
    let deployment = Deployment::start().await;

    assert_eq!(deliver(&deployment, sample).await.status(), 200, "{sample}");

    deployment.tables.event_rows().await
}

/// Returns the body that a row holds, as it was received.
fn raw_body(row: &Row) -> Vec<u8> {
    let encoding = match row["bodyEncoding"].as_s().unwrap().as_str() {
        "identity" => Encoding::Identity,
        "gzip" => Encoding::Gzip,
        other => panic!("{other}"),
    };
    let bytes = row["body"].as_b().unwrap().as_ref().to_vec();
    let body = EncodedBody { bytes, encoding };
    body.decode().unwrap().into_owned()
}

#[tokio::test]
async fn every_documented_event_becomes_a_row_under_its_subject() {
    let cases = [
        ("item-created", ITEM_KEY),
        ("item-updated", ITEM_KEY),
        ("item-error-invalid-credentials", ITEM_KEY),
        ("item-error-user-input-timeout", ITEM_KEY),
        ("item-error-user-authorization-pending", ITEM_KEY),
        ("item-waiting-user-input", ITEM_KEY),
        ("item-deleted", ITEM_KEY),
        ("connector-status-updated", "CONNECTOR#201"),
        ("transactions-created", ITEM_KEY),
        ("transactions-updated", ITEM_KEY),
        (
            "payment-request-updated",
            "PAYMENT_REQUEST#cccc6c5d-0000-4000-8000-000000000005",
        ),
        (
            "smart-transfer-payment-error",
            "SMART_TRANSFER_PAYMENT#dddd6c5d-0000-4000-8000-000000000006",
        ),
    ];
    for (sample, key) in cases {
        let body = sample::json(&format!("webhook/{sample}.json"))["body"]
            .as_str()
            .unwrap()
            .to_owned();
        let raw = body.as_bytes().to_vec();
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();

        let rows = stored(sample).await;

        assert_eq!(rows.len(), 1, "{sample}");
        assert_eq!(rows[0]["pk"].as_s().unwrap(), key, "{sample}");
        assert_eq!(
            rows[0]["sk"].as_s().unwrap(),
            body["eventId"].as_str().unwrap(),
            "{sample}"
        );
        assert_eq!(
            rows[0]["event"].as_s().unwrap(),
            body["event"].as_str().unwrap(),
            "{sample}"
        );
        assert_eq!(raw_body(&rows[0]), raw, "{sample}");
        assert!(!rows[0].contains_key("quarantine"), "{sample}");
    }
}

#[tokio::test]
async fn a_base64_body_is_stored_as_its_bytes() {
    let received = sample::json("webhook/base64.json")["body"]
        .as_str()
        .unwrap()
        .to_owned();
    let received = STANDARD.decode(received).unwrap();

    let rows = stored("base64").await;

    assert_eq!(raw_body(&rows[0]), received);
}

#[tokio::test]
async fn an_unknown_event_is_stored() {
    assert_eq!(stored("unknown-event").await.len(), 1);
    assert_eq!(stored("no-event-id").await.len(), 1);
}

#[tokio::test]
async fn a_suspicious_event_is_stored_and_quarantined() {
    for (sample, reason) in [
        ("not-an-event", "unparsed"),
        ("not-json", "unparsed"),
        ("foreign-client-id", "foreign-client-id"),
    ] {
        let rows = stored(sample).await;

        assert_eq!(rows[0]["quarantine"].as_s().unwrap(), reason, "{sample}");
    }
}

#[tokio::test]
async fn a_repeated_event_is_accepted_without_a_second_row() {
    let deployment = Deployment::start().await;

    for _ in 0..3 {
        assert_eq!(deliver(&deployment, "item-created").await.status(), 200);
    }
    assert_eq!(deployment.tables.event_rows().await.len(), 1);

    assert_eq!(deliver(&deployment, "reused-event-id").await.status(), 200);
    assert_eq!(deployment.tables.event_rows().await.len(), 2);
}

#[tokio::test]
async fn without_a_configured_secret_every_delivery_is_put_off() {
    let deployment = Deployment::start().await;

    for sample in ["item-created", "no-secret"] {
        let request = sample::request(&format!("webhook/{sample}.json"));
        let response = webhook::handle(Some(&deployment.webhook("")), request, now()).await;

        assert_eq!(response.status(), 503, "{sample}");
        assert!(response.headers().contains_key("retry-after"));
    }
    assert!(deployment.tables.event_rows().await.is_empty());
}

#[tokio::test]
async fn without_usable_settings_every_delivery_is_put_off() {
    let response = webhook::handle(None, sample::request("webhook/item-created.json"), now()).await;

    assert_eq!(response.status(), 503);
    assert!(response.headers().contains_key("retry-after"));
}

#[tokio::test]
async fn an_event_that_cannot_be_stored_is_put_off() {
    let deployment = Deployment::start().await;
    let rule = mock!(aws_sdk_dynamodb::Client::put_item)
        .match_requests(|put| put.condition_expression() == Some("attribute_not_exists(pk)"))
        .then_error(|| PutItemError::InternalServerError(InternalServerError::builder().build()));
    let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&rule]);
    let mut webhook = deployment.webhook(WEBHOOK_SECRET_SHA256);
    webhook.events = Events::new(client, "events".to_owned());

    let response = webhook::handle(
        Some(&webhook),
        sample::request("webhook/item-created.json"),
        now(),
    )
    .await;

    assert_eq!(response.status(), 503);
    assert!(response.headers().contains_key("retry-after"));
    assert!(rule.num_calls() > 0);
}

#[tokio::test]
async fn a_body_of_any_size_and_shape_is_answered_200() {
    let deployment = Deployment::start().await;
    let long = "x".repeat(500_000);
    for body in [
        json!({"event": "item/updated", "eventId": long, "itemId": "9a7b6c5d-0000-4000-8000-000000000001"}),
        json!({"event": long, "eventId": 7, "itemId": {"deep": [[[[]]]]}}),
        json!({"event": "item/updated", "eventId": "\u{0}\n", "itemId": "../../connectors"}),
        json!([]),
        json!(null),
    ] {
        assert_eq!(deployment.deliver(&body).await, 200);
    }
    assert_eq!(deployment.tables.event_rows().await.len(), 5);
}
