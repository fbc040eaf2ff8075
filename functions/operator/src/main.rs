//! The Lambda function that operators invoke to replay, import and inspect.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use operator::{App, Config, handle};
use shared::env::Environment;
use shared::store::{Connectors, EventLog, Events, Items};
use shared::{aws, clock, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init();
    let config = Config::from_env(&Environment::of_process())?;
    let aws = aws::config().await;
    let dynamodb = aws::dynamodb(&aws);
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
                .map_err(|error| Error::from(telemetry::chain(&error)))
        },
    ))
    .await
}
