//! The functions `publish` and `republish`, on a fake bus and a fake queue.

use std::time::Duration;

use aws_sdk_eventbridge::config::timeout::TimeoutConfig;
use aws_sdk_eventbridge::config::{BehaviorVersion, Credentials, Region};
use publish::{Bus, DeadLetterQueue, ErasedFilter, republish};
use runtime::metrics::Emitter;

use crate::Tables;
use crate::deployment::CLIENT_ID;

/// The ARN of the bus.
pub const BUS: &str = "arn:aws:events:sa-east-1:123456789012:event-bus/pluggy-lambda";

/// Returns a client of the bus at this address.
pub fn event_bridge(url: &str) -> aws_sdk_eventbridge::Client {
    let config = aws_sdk_eventbridge::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(Credentials::new("local", "local", None, None, "tests"))
        .endpoint_url(url)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .region(Region::new("sa-east-1"))
        .timeout_config(
            TimeoutConfig::builder()
                .operation_timeout(Duration::from_secs(2))
                .build(),
        )
        .build();
    aws_sdk_eventbridge::Client::from_conf(config)
}

/// Returns both functions, which read these tables.
pub fn apps(tables: &Tables, bus_url: &str, queue_url: &str) -> (publish::App, republish::App) {
    let sqs = aws_sdk_sqs::Config::builder()
        .behavior_version(aws_sdk_sqs::config::BehaviorVersion::latest())
        .credentials_provider(Credentials::new("local", "local", None, None, "tests"))
        .endpoint_url(queue_url.rsplitn(3, '/').last().unwrap())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .region(Region::new("sa-east-1"))
        .build();
    let queue = DeadLetterQueue::new(aws_sdk_sqs::Client::from_conf(sqs), queue_url.to_owned());
    let bus = Bus::new(event_bridge(bus_url), BUS.to_owned());
    let publish = publish::App {
        bus: bus.clone(),
        dead_letter_queue: queue.clone(),
        event_table: tables.events.clone(),
        erased: ErasedFilter::new(tables.erasure_store()),
        metrics: Emitter::in_memory(),
    };
    let republish = republish::App {
        bus,
        dead_letter_queue: queue,
        events: tables.event_store(),
        client_id: CLIENT_ID.parse().unwrap(),
        items: tables.item_store(),
        event_table: tables.events.clone(),
        erased: ErasedFilter::new(tables.erasure_store()),
    };
    (publish, republish)
}
