//! The Lambda function behind discovery's schedule, which invokes it every five minutes.

use discovery::{App, Config, Limits, handle};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use runtime::aws::Aws;
use runtime::env::Environment;
use runtime::metrics::Emitter;
use runtime::{clock, telemetry};
use store::{DiscoveryPlace, Events, Items, PluggySecrets, SharedApiKey};

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
    let app = App {
        items: Items::new(dynamodb.clone(), config.item_table),
        place: DiscoveryPlace::new(dynamodb.clone(), config.pluggy.credential_table.clone()),
        events: Events::new(dynamodb, config.event_table),
        event_retention: config.event_retention,
        pluggy: config.pluggy.client(&trust, secrets, keys),
        metrics: Emitter::new(config.metrics_namespace),
        limits: Limits::default(),
        pace: store::Limits::new(aws.dynamodb(), config.limit_table),
    };
    app.pluggy.open(clock::now()).await;
    let app = &app;
    run(service_fn(
        async move |event: LambdaEvent<serde_json::Value>| {
            handle(app, clock::now(), clock::deadline(event.context.deadline))
                .await
                .map(|_| ())
                .map_err(Error::from)
        },
    ))
    .await
}
