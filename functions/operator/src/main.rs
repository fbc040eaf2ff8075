//! The Lambda function that operators invoke to replay, import and export.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use operator::{App, Config, handle};
use runtime::aws::Aws;
use runtime::env::Environment;
use runtime::{clock, telemetry};
use store::{ErasureKey, Erasures, Events, Items, Limits};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let environment = Environment::of_process();
    telemetry::init(&environment);
    let config = Config::from_env(&environment)?;
    let trust = runtime::trust(&environment)?;
    let aws = Aws::from_env(&environment, &trust);
    let dynamodb = aws.dynamodb();
    let erasure_key = ErasureKey::new(aws.secrets_manager(), config.erasure_secret_arn);
    let app = App {
        erasures: Erasures::new(dynamodb.clone(), config.limit_table.clone(), erasure_key),
        items: Items::new(dynamodb.clone(), config.item_table),
        events: Events::new(dynamodb.clone(), config.event_table),
        limits: Limits::new(dynamodb, config.limit_table),
        event_retention: config.event_retention,
        client_id: config.client_id,
    };
    let app = &app;
    run(service_fn(
        async move |event: LambdaEvent<serde_json::Value>| {
            let deadline = clock::deadline(event.context.deadline);
            Box::pin(handle(app, event.payload, clock::now(), deadline))
                .await
                .map_err(|error| Error::from(client::chain(&error)))
        },
    ))
    .await
}
