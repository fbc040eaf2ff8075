//! The Lambda function behind the queue of transaction events.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use runtime::aws::Aws;
use runtime::env::Environment;
use runtime::{clock, payload, telemetry};
use serde_json::value::RawValue;
use store::{PluggySecrets, SharedApiKey};
use transactions_rust::{App, Batch, Config, Table, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let environment = Environment::of_process();
    telemetry::init(&environment);
    let config = Config::from_env(&environment)?;
    let trust = runtime::trust(&environment)?;
    let aws = Aws::from_env(&environment, &trust);
    let secrets = PluggySecrets::new(aws.secrets_manager(), config.pluggy.secret_name.clone());
    let keys = SharedApiKey::new(aws.dynamodb(), config.pluggy.credential_table.clone());
    let app = App {
        pluggy: config.pluggy.client(&trust, secrets, keys),
        table: Table::new(aws.dynamodb(), config.transaction_table),
    };
    let app = &app;
    run(service_fn(
        async move |event: LambdaEvent<Box<RawValue>>| {
            let deadline = clock::deadline(event.context.deadline);
            let batch: Batch = payload::parse(event.payload.get())?;
            let handling = Box::pin(handle(app, &batch, clock::now(), deadline));
            Ok::<_, Error>(handling.await)
        },
    ))
    .await
}
