//! The Lambda function behind the queue of transaction events.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use shared::aws::Aws;
use shared::env::Environment;
use shared::https::Trust;
use shared::{clock, telemetry};
use transactions_rust::{App, Batch, Config, Table, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let environment = Environment::of_process();
    telemetry::init(&environment);
    let config = Config::from_env(&environment)?;
    let trust = Trust::from_env(&environment)?;
    let aws = Aws::from_env(&environment, &trust);
    let app = App {
        pluggy: config.pluggy.client(&aws, &trust),
        table: Table::new(aws.dynamodb(), config.transaction_table),
    };
    let app = &app;
    run(service_fn(async move |event: LambdaEvent<Batch>| {
        let deadline = clock::deadline(event.context.deadline);
        let handling = Box::pin(handle(app, &event.payload, clock::now(), deadline));
        Ok::<_, Error>(handling.await)
    }))
    .await
}
