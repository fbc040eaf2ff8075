//! The Lambda function that operators and the dashboard's widget invoke to see what is known of an item or a user.

use inspect::{App, Config, handle};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use runtime::aws::Aws;
use runtime::env::Environment;
use runtime::{clock, telemetry};
use store::{Connectors, Events, Items};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let environment = Environment::of_process();
    telemetry::init(&environment);
    let config = Config::from_env(&environment)?;
    let trust = runtime::trust(&environment)?;
    let dynamodb = Aws::from_env(&environment, &trust).dynamodb();
    let app = App {
        items: Items::new(dynamodb.clone(), config.item_table.clone()),
        connectors: Connectors::new(dynamodb.clone(), config.item_table),
        events: Events::new(dynamodb, config.event_table),
    };
    let app = &app;
    run(service_fn(
        async move |event: LambdaEvent<serde_json::Value>| {
            let function_arn = &event.context.invoked_function_arn;
            let deadline = clock::deadline(event.context.deadline);
            let handled = handle(app, event.payload, function_arn, clock::now(), deadline);
            Box::pin(handled)
                .await
                .map_err(|error| Error::from(client::chain(&error)))
        },
    ))
    .await
}
