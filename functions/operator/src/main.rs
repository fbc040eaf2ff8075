//! The Lambda function that operators invoke to replay, import and inspect.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use operator::{App, Config, handle};
use runtime::aws::Aws;
use runtime::env::Environment;
use runtime::{clock, telemetry};
use store::{Connectors, EventLog, Events, Items};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let environment = Environment::of_process();
    telemetry::init(&environment);
    let config = Config::from_env(&environment)?;
    let trust = runtime::trust(&environment)?;
    let aws = Aws::from_env(&environment, &trust);
    let dynamodb = aws.dynamodb();
    let app = App {
        items: Items::new(dynamodb.clone(), config.item_table.clone()),
        connectors: Connectors::new(dynamodb.clone(), config.item_table),
        log: EventLog::new(
            dynamodb.clone(),
            config.event_table.clone(),
            config.client_id,
        ),
        events: Events::new(dynamodb, config.event_table, config.event_retention),
    };
    let app = &app;
    run(service_fn(
        async move |event: LambdaEvent<serde_json::Value>| {
            handle(app, event.payload, clock::now())
                .await
                .map_err(|error| Error::from(client::chain(&error)))
        },
    ))
    .await
}
