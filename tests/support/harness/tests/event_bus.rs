//! The fake EventBridge, as the official client sees it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_eventbridge::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_eventbridge::operation::put_events::{PutEventsError, PutEventsOutput};
use aws_sdk_eventbridge::primitives::DateTime;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use harness::{Dialect, EventBus, Fault, FaultProxy, Plan, Queue, Refusal};
use serde_json::Value;

const ARN: &str = "arn:aws:events:sa-east-1:123456789012:event-bus/the-bus";
/// The documented maximum.
const MAX_BYTES: usize = 256 * 1024;

async fn bus() -> (EventBus, Client) {
    let bus = EventBus::start(ARN, 1).await.unwrap();
    let client = client(&bus.url());
    (bus, client)
}

fn client(url: &str) -> Client {
    let config = aws_sdk_eventbridge::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(url)
        .region(Region::new("sa-east-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "tests"))
        .retry_config(aws_sdk_eventbridge::config::retry::RetryConfig::disabled())
        .http_client(aws_smithy_http_client::Builder::new().build_http());
    Client::from_conf(config.build())
}

fn entry(detail_type: &str, detail: &str) -> PutEventsRequestEntry {
    PutEventsRequestEntry::builder()
        .source("pluggy-lambda")
        .detail_type(detail_type)
        .detail(detail)
        .time(DateTime::from_millis(1_795_435_200_123))
        .event_bus_name(ARN)
        .build()
}

async fn put(
    client: &Client,
    entries: Vec<PutEventsRequestEntry>,
) -> Result<PutEventsOutput, PutEventsError> {
    let put = client.put_events().set_entries(Some(entries));
    put.send().await.map_err(SdkError::into_service_error)
}

/// Returns the error codes of a response, one for each entry.
fn codes(answer: &PutEventsOutput) -> Vec<Option<&str>> {
    let codes = answer.entries().iter().map(|entry| {
        assert_eq!(entry.event_id().is_none(), entry.error_code().is_some());
        entry.error_code()
    });
    codes.collect()
}

#[tokio::test]
async fn entries_are_on_the_bus_in_order() {
    let (bus, client) = bus().await;
    let odd = r#"{"amount": 10.10, "amount": 2, "note": "ã\u0000"}"#;

    let first = put(
        &client,
        vec![entry("item.ready", odd), entry("item.failed", "{}")],
    )
    .await;
    put(&client, vec![entry("webhook.item/created", "{}")])
        .await
        .unwrap();

    let first = first.unwrap();
    assert_eq!(
        (first.failed_entry_count(), codes(&first)),
        (0, vec![None, None])
    );
    let published = bus.published();
    let kinds: Vec<_> = published
        .iter()
        .map(|event| (event.request, event.detail_type.as_str()))
        .collect();
    assert_eq!(
        kinds,
        [
            (0, "item.ready"),
            (0, "item.failed"),
            (1, "webhook.item/created")
        ]
    );
    assert_eq!(published[0].detail, odd, "byte for byte");
    assert_eq!(published[0].time.to_string(), "2026-11-23T12:00:00.123Z");
    assert_eq!(published[0].source, "pluggy-lambda");
    assert_eq!(
        first.entries()[0].event_id().unwrap(),
        published[0].id.to_string()
    );
}

#[tokio::test]
async fn a_malformed_entry_is_refused_and_its_neighbors_are_taken() {
    let (bus, client) = bus().await;
    let entries = vec![
        entry("item.ready", "{}"),
        entry("item.ready", "not JSON"),
        entry("", "{}"),
        entry("item.ready", "{}"),
    ];

    let answer = put(&client, entries).await.unwrap();

    assert_eq!(answer.failed_entry_count(), 2);
    assert_eq!(
        codes(&answer),
        [None, Some("MalformedDetail"), Some("InvalidArgument"), None]
    );
    assert_eq!(bus.published().len(), 2);
}

#[tokio::test]
async fn a_request_over_the_limits_is_refused_as_a_whole() {
    let (bus, client) = bus().await;
    let of_size = |bytes: usize| {
        let frame = entry("item.ready", "");
        let rest = bytes - 14 - frame.source().unwrap().len() - "item.ready".len();
        let detail = format!(r#"{{"a":"{}"}}"#, "x".repeat(rest - r#"{"a":""}"#.len()));
        entry("item.ready", &detail)
    };
    let cases = [
        (vec![], false),
        (vec![entry("item.ready", "{}"); 11], false),
        (vec![of_size(MAX_BYTES + 1)], false),
        (
            vec![of_size(MAX_BYTES / 2), of_size(MAX_BYTES / 2 + 1)],
            false,
        ),
        (vec![of_size(MAX_BYTES)], true),
        (vec![entry("item.ready", "{}"); 10], true),
    ];
    for (entries, is_taken) in cases {
        let (count, before) = (entries.len(), bus.published().len());

        let answer = put(&client, entries).await;

        let taken = bus.published().len() - before;
        match answer {
            Ok(_) => assert!(is_taken && taken == count, "{count}"),
            Err(error) => {
                assert_eq!(error.code(), Some("ValidationException"));
                assert!(!is_taken && taken == 0, "{count}");
            }
        }
    }
}

#[tokio::test]
async fn refusals_apply_until_they_are_changed() {
    let (bus, client) = bus().await;
    let both = || vec![entry("item.ready", "{}"), entry("item.failed", "{}")];

    bus.set_refusals([Refusal::with("InternalFailure").of("item.failed")]);
    let one = put(&client, both()).await.unwrap();
    bus.set_refusals([Refusal::with("ThrottlingException")]);
    let all = put(&client, both()).await.unwrap();
    bus.set_refusals([]);
    let none = put(&client, both()).await.unwrap();
    bus.set_refusals([Refusal::with("InternalFailure").as_likely_as(0.3)]);
    let mut some = 0;
    for _ in 0..50 {
        some += put(&client, both()).await.unwrap().failed_entry_count();
    }

    assert_eq!(codes(&one), [None, Some("InternalFailure")]);
    assert_eq!(codes(&all), [Some("ThrottlingException"); 2]);
    assert_eq!(codes(&none), [None, None]);
    assert!((10..50).contains(&some), "{some}");
}

#[tokio::test]
async fn a_proxy_before_the_bus_answers_as_the_bus_would() {
    let (bus, _) = bus().await;
    let proxy = FaultProxy::start(&bus.url(), Dialect::EventBridge, 1)
        .await
        .unwrap();
    let client = client(&proxy.url());
    let code = async |fault| {
        proxy.set_plan(Plan::only(fault, 1.0));
        let error = put(&client, vec![entry("item.ready", "{}")])
            .await
            .unwrap_err();
        error.code().map(str::to_owned)
    };

    let codes = [
        code(Fault::ServerError).await,
        code(Fault::Throttled).await,
        code(Fault::LostResponse).await,
    ];

    assert_eq!(
        codes.map(Option::unwrap_or_default),
        ["InternalException", "ThrottlingException", ""]
    );
    assert_eq!(
        bus.published().len(),
        1,
        "what was lost is the answer alone"
    );
}

#[tokio::test]
async fn a_rule_sends_matching_events_to_a_queue() {
    let (bus, client) = bus().await;
    let queue = Queue::start("consumer", 1).await.unwrap();
    bus.send_to(&queue, &["webhook.transactions/created"]);
    let detail = r#"{"body": {"amount": 10.10}}"#;

    put(
        &client,
        vec![
            entry("webhook.transactions/created", detail),
            entry("webhook.item/updated", "{}"),
        ],
    )
    .await
    .unwrap();

    let bodies = queue.bodies();
    assert_eq!(bodies.len(), 1);
    assert!(bodies[0].contains(detail), "byte for byte: {}", bodies[0]);
    let event: Value = serde_json::from_str(&bodies[0]).unwrap();
    assert_eq!(event["detail-type"], "webhook.transactions/created");
    assert_eq!(event["source"], "pluggy-lambda");
    assert_eq!(event["time"], "2026-11-23T12:00:00Z");
    assert_eq!(event["id"], bus.published()[0].id.to_string());
}

#[tokio::test]
async fn a_deleted_bus_is_not_described_and_still_accepts_entries() {
    let (bus, client) = bus().await;
    let described = client.describe_event_bus().name(ARN).send().await.unwrap();
    assert_eq!(described.arn(), Some(ARN));

    bus.delete();

    let error = client.describe_event_bus().name(ARN).send().await;
    let error = error.unwrap_err().into_service_error();
    assert!(error.is_resource_not_found_exception(), "{error:?}");
    let answer = put(&client, vec![entry("item.ready", "{}")]).await.unwrap();
    assert_eq!(codes(&answer), [None]);
    assert_eq!(bus.published().len(), 0);
}
