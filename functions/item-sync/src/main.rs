//! The Lambda function behind the stream of `EventTable`.

use aws_lambda_events::event::dynamodb::Event;
use item_sync::{App, Config, handle};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use runtime::aws::Aws;
use runtime::env::Environment;
use runtime::metrics::Emitter;
use runtime::{clock, payload, telemetry};
use serde_json::value::RawValue;
use store::{Connectors, ErasureKey, Erasures, Items, Limits, PluggySecrets, SharedApiKey};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let environment = Environment::of_process();
    telemetry::init(&environment);
    let config = Config::from_env(&environment)?;
    let trust = runtime::trust(&environment)?;
    let aws = Aws::from_env(&environment, &trust);
    let dynamodb = aws.dynamodb();
    let secrets = PluggySecrets::new(aws.secrets_manager(), config.pluggy.secret_name.clone());
    let keys = SharedApiKey::new(aws.dynamodb(), config.pluggy.credential_table.clone());
    let erasure_key = ErasureKey::new(aws.secrets_manager(), config.erasure_secret_arn);
    let app = App {
        erasures: Erasures::new(dynamodb.clone(), config.limit_table.clone(), erasure_key),
        items: Items::new(dynamodb.clone(), config.item_table.clone()),
        connectors: Connectors::new(dynamodb.clone(), config.item_table),
        limits: Limits::new(dynamodb, config.limit_table),
        pluggy: config.pluggy.client(&trust, secrets, keys),
        metrics: Emitter::new(config.metrics_namespace),
    };
    app.pluggy.open(clock::now()).await;
    let app = &app;
    run(service_fn(
        async move |event: LambdaEvent<Box<RawValue>>| {
            let deadline = clock::deadline(event.context.deadline);
            let batch: Event = payload::parse(event.payload.get())?;
            let handling = Box::pin(handle(app, &batch, clock::now(), deadline));
            Ok::<_, Error>(handling.await)
        },
    ))
    .await
}
