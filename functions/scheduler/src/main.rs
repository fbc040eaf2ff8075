//! The Lambda function behind the minute's schedule.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use scheduler::{App, Config, handle};
use shared::aws::Aws;
use shared::env::Environment;
use shared::https::Trust;
use shared::metrics::Emitter;
use shared::store::{Events, Items};
use shared::{clock, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let environment = Environment::of_process();
    telemetry::init(&environment);
    let config = Config::from_env(&environment)?;
    let aws = Aws::from_env(&environment, &Trust::from_env(&environment)?);
    let dynamodb = aws.dynamodb();
    let app = App {
        items: Items::new(dynamodb.clone(), config.item_table),
        events: Events::new(dynamodb, config.event_table, config.event_retention),
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
