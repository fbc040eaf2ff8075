//! The proof that a delivery comes from Pluggy. `bypass` tests everything that is not a proof.

use pluggy::ClientId;
use runtime::clock::now;
use serde_json::{Value, json};
use tests::deployment::{CLIENT_ID, WEBHOOK_SECRET, WEBHOOK_SECRET_SHA256};
use tests::{Deployment, sample};

use super::deliver;
use crate::address;

/// SHA-256 of `abc` (FIPS 180-2, appendix B.1).
const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

async fn status(deployment: &Deployment, digests: &str, event: &Value) -> u16 {
    let app = deployment.webhook(digests);
    webhook::handle(Some(&app), sample::request_of(event), now())
        .await
        .status()
        .as_u16()
}

fn with_secret(secret: &str) -> Value {
    let mut event = sample::json("webhook/item-created.json");
    event["headers"]["x-webhook-secret"] = secret.into();
    event
}

#[tokio::test]
async fn the_current_and_the_previous_secret_are_accepted_and_no_other() {
    let deployment = Deployment::start().await;
    let both = format!("{ABC},{WEBHOOK_SECRET_SHA256}");

    for (digests, secret, expected) in [
        (both.as_str(), "abc", 200),
        (&both, WEBHOOK_SECRET, 200),
        (&both, "abcd", 401),
        (ABC, "abc", 200),
        (ABC, WEBHOOK_SECRET, 401),
        (WEBHOOK_SECRET_SHA256, WEBHOOK_SECRET, 200),
        (WEBHOOK_SECRET_SHA256, "abc", 401),
    ] {
        let status = status(&deployment, digests, &with_secret(secret)).await;

        assert_eq!(status, expected, "{secret} against {digests}");
    }
}

#[tokio::test]
async fn a_header_is_the_same_in_any_case() {
    let deployment = Deployment::start().await;

    for name in ["X-Webhook-Secret", "X-WEBHOOK-SECRET", "x-wEBHOOK-sECRET"] {
        let mut event = sample::json("webhook/no-secret.json");
        event["headers"][name] = WEBHOOK_SECRET.into();

        assert_eq!(
            status(&deployment, WEBHOOK_SECRET_SHA256, &event).await,
            200,
            "{name}"
        );
    }
}

#[tokio::test]
async fn the_path_the_query_and_the_form_of_the_body_do_not_matter() {
    let deployment = Deployment::start().await;
    let right = || with_secret(WEBHOOK_SECRET);
    let mut elsewhere = right();
    elsewhere["rawPath"] = "/hooks/pluggy".into();
    elsewhere["requestContext"]["http"]["path"] = "/hooks/pluggy".into();
    let mut queried = right();
    queried["rawQueryString"] = "source=pluggy&source=%00".into();
    let mut encoded = right();
    encoded["body"] = "eyJldmVudCI6ICJ4In0=".into();
    encoded["isBase64Encoded"] = true.into();
    let mut empty = right();
    empty["body"] = Value::Null;

    for event in [elsewhere, queried, encoded, empty] {
        assert_eq!(
            status(&deployment, WEBHOOK_SECRET_SHA256, &event).await,
            200,
            "{event}"
        );
    }
}

#[tokio::test]
async fn an_address_that_is_no_uri_does_no_harm() {
    let deployment = Deployment::start().await;

    for (sample, expected) in [("item-created", 200), ("no-secret", 401)] {
        for event in address::hostile(&sample::json(&format!("webhook/{sample}.json"))) {
            let status = status(&deployment, WEBHOOK_SECRET_SHA256, &event).await;

            assert_eq!(status, expected, "{event}");
        }
    }
}

#[tokio::test]
async fn without_the_secret_nothing_is_stored() {
    let deployment = Deployment::start().await;

    for sample in ["no-secret", "wrong-secret"] {
        let response = deliver(&deployment, sample).await;

        assert_eq!(response.status(), 401, "{sample}");
    }
    assert!(deployment.tables.event_rows().await.is_empty());
}

#[tokio::test]
async fn only_post_is_served() {
    let deployment = Deployment::start().await;

    let response = deliver(&deployment, "get").await;

    assert_eq!(response.status(), 405);
    assert_eq!(response.headers()["allow"], "POST");
}

#[tokio::test]
async fn only_our_application_is_not_quarantined() {
    let deployment = Deployment::start().await;
    let upper: ClientId = CLIENT_ID.to_uppercase().parse().unwrap();
    let cases = [
        (json!(CLIENT_ID), false),
        (json!(CLIENT_ID.to_uppercase()), false),
        (json!(null), false),
        (json!("11111111-0000-4000-8000-000000000004"), true),
        (json!(format!("{upper} ")), true),
        (json!(""), true),
        (json!(0), true),
    ];

    for (index, (client_id, is_quarantined)) in cases.into_iter().enumerate() {
        let event =
            json!({"event": "item/updated", "eventId": index.to_string(), "clientId": client_id});
        assert_eq!(deployment.deliver(&event).await, 200, "{event}");

        let rows = deployment.tables.event_rows().await;
        let row = rows
            .iter()
            .find(|row| row["sk"].as_s().unwrap() == &index.to_string());
        assert_eq!(
            row.unwrap().contains_key("quarantine"),
            is_quarantined,
            "{event}"
        );
    }
}
