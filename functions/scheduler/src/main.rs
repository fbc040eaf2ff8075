//! The Lambda function behind the minute's schedule.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use runtime::aws::Aws;
use runtime::env::Environment;
use runtime::metrics::Emitter;
use runtime::{clock, telemetry};
use scheduler::{App, Config, REQUESTS_AT_A_TIME, handle};
use store::{Events, Items, Limits};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let environment = Environment::of_process();
    telemetry::init(&environment);
    let config = Config::from_env(&environment)?;
    let aws = Aws::from_env(&environment, &runtime::trust(&environment)?);
    let dynamodb = aws.dynamodb();
    let app = App {
        items: Items::new(dynamodb.clone(), config.item_table),
        events: Events::new(dynamodb.clone(), config.event_table),
        limits: Limits::new(dynamodb, config.limit_table),
        fetches_per_minute: config.fetches_per_minute,
        requests_at_a_time: REQUESTS_AT_A_TIME,
        event_retention: config.event_retention,
        metrics: Emitter::new(config.metrics_namespace),
    };
    let app = &app;
    run(service_fn(
        async move |event: LambdaEvent<serde_json::Value>| {
            let deadline = clock::deadline(event.context.deadline);
            handle(app, clock::now(), deadline)
                .await
                .map_err(Error::from)
        },
    ))
    .await
}
