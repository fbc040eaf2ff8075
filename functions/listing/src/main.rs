//! The Lambda function behind the hourly schedule of the listing.

use std::time::Duration;

use lambda_runtime::{Context, Error, LambdaEvent, run, service_fn};
use listing::{App, Config, Limits, handle};
use shared::env::Environment;
use shared::metrics::Emitter;
use shared::store::{Events, Items, ListingPlace};
use shared::{aws, clock, telemetry};
use tokio::time::Instant;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init();
    let config = Config::from_env(&Environment::of_process())?;
    let aws = aws::config().await;
    let dynamodb = aws::dynamodb(&aws);
    let app = App {
        items: Items::new(dynamodb.clone(), config.item_table),
        place: ListingPlace::new(dynamodb.clone(), config.pluggy.credential_table.clone()),
        events: Events::new(dynamodb, config.event_table, config.event_retention),
        pluggy: config.pluggy.client(&aws)?,
        metrics: Emitter::new(config.metrics_namespace),
        limits: Limits::default(),
    };
    let app = &app;
    run(service_fn(
        async move |event: LambdaEvent<serde_json::Value>| {
            handle(app, clock::now(), deadline(&event.context))
                .await
                .map(|_| ())
                .map_err(Error::from)
        },
    ))
    .await
}

/// The invocation's deadline, which Lambda gives in epoch milliseconds.
fn deadline(context: &Context) -> Instant {
    let now = u64::try_from(clock::now().as_millisecond()).unwrap_or_default();
    Instant::now() + Duration::from_millis(context.deadline.saturating_sub(now))
}
