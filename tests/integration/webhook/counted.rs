//! The metrics of a delivery: one line for each, and the content of the line.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::error::InternalServerError;
use aws_smithy_mocks::{RuleMode, mock, mock_client};
use lambda_http::Response;
use runtime::clock::now;
use runtime::metrics::Metric;
use serde_json::Value;
use store::Events;
use tests::deployment::WEBHOOK_SECRET_SHA256;
use tests::{Deployment, sample};

use super::deliver;

/// Returns the metrics of a line, by name.
fn metrics(line: &Value) -> Vec<(&str, i64)> {
    let directive = &line["_aws"]["CloudWatchMetrics"][0]["Metrics"];
    directive
        .as_array()
        .unwrap()
        .iter()
        .map(|metric| {
            let name = metric["Name"].as_str().unwrap();
            (name, line[name].as_i64().unwrap())
        })
        .collect()
}

fn the_last_line(deployment: &Deployment) -> Value {
    deployment.metrics.lines().pop().unwrap()
}

#[tokio::test]
async fn every_delivery_counts_once_under_its_result() {
    let deployment = Deployment::start().await;
    let deliveries = [
        ("item-created", Metric::DeliveriesStored),
        ("item-created", Metric::DeliveriesDuplicate),
        ("reused-event-id", Metric::DeliveriesReusedId),
        ("reused-event-id", Metric::DeliveriesDuplicate),
        ("unknown-event", Metric::DeliveriesStored),
        ("not-json", Metric::DeliveriesUnparsed),
        ("not-json", Metric::DeliveriesDuplicate),
        ("not-an-event", Metric::DeliveriesUnparsed),
        ("foreign-client-id", Metric::DeliveriesQuarantined),
    ];

    for (index, (sample, metric)) in deliveries.into_iter().enumerate() {
        deliver(&deployment, sample).await;

        let lines = deployment.metrics.lines();
        assert_eq!(lines.len(), index + 1, "{sample}");
        assert_eq!(metrics(&lines[index]), [(metric.as_str(), 1)], "{sample}");
    }
}

#[tokio::test]
async fn a_refused_delivery_that_looks_like_an_event_counts_as_one_too() {
    let deployment = Deployment::start().await;
    let rejected = (Metric::DeliveriesRejected.as_str(), 1);
    let rejected_event = (Metric::DeliveriesRejectedEvent.as_str(), 1);

    for (sample, reason) in [("no-secret", "absent"), ("wrong-secret", "wrong")] {
        deliver(&deployment, sample).await;

        let line = the_last_line(&deployment);
        assert_eq!(metrics(&line), [rejected, rejected_event], "{sample}");
        assert_eq!(line["delivery.secret"], reason);
        assert_eq!(line["event.kind"], Value::Null, "nobody has proven it");
    }

    for body in NOT_PLUGGY_EVENTS {
        let response = refused("wrong-secret", body, &deployment).await;

        assert_eq!(response.status(), 401);
        assert_eq!(metrics(&the_last_line(&deployment)), [rejected], "{body}");
    }
}

/// Guards the cost of an attack: Lambda's `Url4xxCount` counts what writes no line.
#[tokio::test]
async fn a_refusal_with_neither_the_header_nor_an_event_writes_no_line() {
    let deployment = Deployment::start().await;

    for body in NOT_PLUGGY_EVENTS {
        let response = refused("no-secret", body, &deployment).await;

        assert_eq!(response.status(), 401);
        assert_eq!(deployment.metrics.lines(), [Value::Null; 0], "{body}");
    }
}

/// Bodies that are no event of Pluggy's.
const NOT_PLUGGY_EVENTS: [&str; 3] = ["user=admin", r#"{"event":"click"}"#, ""];

/// Delivers another body with a sample's headers.
async fn refused(sample: &str, body: &str, deployment: &Deployment) -> Response<lambda_http::Body> {
    let mut event = sample::json(&format!("webhook/{sample}.json"));
    event["body"] = body.into();
    let app = deployment.webhook(WEBHOOK_SECRET_SHA256);
    webhook::handle(Some(&app), sample::request_of(&event), now()).await
}

#[tokio::test]
async fn a_delivery_that_is_put_off_counts_as_put_off() {
    let deployment = Deployment::start().await;
    let rule = mock!(aws_sdk_dynamodb::Client::put_item)
        .then_error(|| PutItemError::InternalServerError(InternalServerError::builder().build()));
    let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&rule]);
    let mut without_table = deployment.webhook(WEBHOOK_SECRET_SHA256);
    without_table.events = Events::new(client, "events".to_owned());

    for app in [without_table, deployment.webhook("")] {
        let request = sample::request("webhook/item-created.json");
        let response = webhook::handle(Some(&app), request, now()).await;

        assert_eq!(response.status(), 503);
        assert_eq!(
            metrics(&the_last_line(&deployment)),
            [(Metric::DeliveriesPutOff.as_str(), 1)]
        );
    }
}

#[tokio::test]
async fn the_line_names_the_event_and_its_source_and_stays_short() {
    let deployment = Deployment::start().await;
    let event = sample::json("webhook/item-created.json");

    deliver(&deployment, "item-created").await;

    let line = the_last_line(&deployment);
    assert_eq!(line["event.kind"], "item/created");
    assert_eq!(line["event.key"], super::ITEM_KEY);
    assert_eq!(line["event.id"], "3f0c0f5e-7d9e-4a0b-8b0e-1f1a2b3c4d01");
    assert_eq!(
        line["source.ip"],
        event["requestContext"]["http"]["sourceIp"]
    );
    assert_eq!(line.get("delivery.header_names"), None);
    assert!(line.to_string().len() < 600, "{line}");
}

#[tokio::test]
async fn only_headers_that_are_not_usual_are_named() {
    let deployment = Deployment::start().await;
    let mut event = sample::json("webhook/item-created.json");
    event["headers"]["x-pluggy-signature"] = "t=1,v1=abc".into();
    event["headers"]["x-forwarded-for"] = "198.51.100.1".into();
    event["headers"]["x".repeat(1_000)] = "long".into();

    let app = deployment.webhook(WEBHOOK_SECRET_SHA256);
    webhook::handle(Some(&app), sample::request_of(&event), now()).await;

    let line = the_last_line(&deployment);
    assert_eq!(line["delivery.header_names"], "x-pluggy-signature");
    assert_ne!(line["source.ip"], "198.51.100.1");
}

#[tokio::test]
async fn a_request_that_is_no_delivery_is_not_counted() {
    let deployment = Deployment::start().await;

    deliver(&deployment, "get").await;

    assert!(deployment.metrics.lines().is_empty());
}
