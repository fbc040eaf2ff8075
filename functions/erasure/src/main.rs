//! The Lambda function that operators invoke to erase a user.

use erasure::{App, Bus, Config, WRITES_AT_A_TIME, handle};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use runtime::aws::Aws;
use runtime::env::Environment;
use runtime::{clock, telemetry};
use store::{ErasureKey, Erasures, Events, Items, Limits, PluggySecrets, SharedApiKey};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let environment = Environment::of_process();
    telemetry::init(&environment);
    let config = Config::from_env(&environment)?;
    let trust = runtime::trust(&environment)?;
    let aws = Aws::from_env(&environment, &trust);
    let dynamodb = aws.dynamodb();
    let secrets = PluggySecrets::new(aws.secrets_manager(), config.pluggy.secret_name.clone());
    let keys = SharedApiKey::new(dynamodb.clone(), config.pluggy.credential_table.clone());
    let erasure_key = ErasureKey::new(aws.secrets_manager(), config.erasure_secret_arn);
    let events = aws_sdk_eventbridge::Client::new(aws.sdk());
    let client_id = config.pluggy.client_id;
    let app = App {
        pluggy: config.pluggy.client(&trust, secrets, keys),
        client_id,
        items: Items::new(dynamodb.clone(), config.item_table),
        events: Events::new(dynamodb.clone(), config.event_table),
        limits: Limits::new(dynamodb.clone(), config.limit_table.clone()),
        erasures: Erasures::new(dynamodb, config.limit_table, erasure_key),
        bus: config.event_bus.map(|name| Bus::new(events, name)),
        log_retention: config.log_retention,
        writes_at_a_time: WRITES_AT_A_TIME,
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
