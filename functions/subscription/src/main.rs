//! The Lambda function that operators invoke for the webhook at Pluggy.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use shared::env::Environment;
use shared::metrics::Emitter;
use shared::secret::PluggySecrets;
use shared::{aws, clock, http, telemetry};
use subscription::{App, Command, Config, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init();
    let config = Config::from_env(&Environment::of_process())?;
    let aws = aws::config().await;
    let app = App {
        secrets: PluggySecrets::new(aws::secrets_manager(&aws), config.pluggy.secret_arn.clone()),
        pluggy: config.pluggy.client(&aws)?,
        http: http::client()?,
        webhook_url: config.webhook_url,
        accepted: config.accepted,
        metrics: Emitter::new(config.metrics_namespace),
    };
    let app = &app;
    run(service_fn(async move |event: LambdaEvent<Command>| {
        handle(app, event.payload, clock::now())
            .await
            .map_err(|error| Error::from(telemetry::chain(&error)))
    }))
    .await
}
