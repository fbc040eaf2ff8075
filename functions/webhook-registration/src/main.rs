//! The Lambda function that operators invoke for the webhook at Pluggy.

use std::time::Duration;

use client::https::{self, Limits};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use runtime::aws::Aws;
use runtime::env::Environment;
use runtime::metrics::Emitter;
use runtime::{clock, telemetry};
use serde_json::value::RawValue;
use store::{PluggySecrets, SharedApiKey};
use webhook_registration::{App, Config, handle};

/// Limits of the test delivery, to a URL of AWS.
const LIMITS: Limits = Limits {
    connect: Duration::from_secs(2),
    acknowledge: Duration::from_secs(2),
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let environment = Environment::of_process();
    telemetry::init(&environment);
    let config = Config::from_env(&environment)?;
    let trust = runtime::trust(&environment)?;
    let aws = Aws::from_env(&environment, &trust);
    let secrets = || PluggySecrets::new(aws.secrets_manager(), config.pluggy.secret_name.clone());
    let keys = SharedApiKey::new(aws.dynamodb(), config.pluggy.credential_table.clone());
    let app = App {
        secrets: secrets(),
        pluggy: config.pluggy.clone().client(&trust, secrets(), keys),
        https: https::Client::new(&trust, LIMITS),
        webhook_url: config.webhook_url,
        accepted: config.accepted,
        metrics: Emitter::new(config.metrics_namespace),
    };
    let app = &app;
    run(service_fn(
        async move |event: LambdaEvent<Box<RawValue>>| {
            handle(app, event.payload.get(), clock::now())
                .await
                .map_err(|error| Error::from(client::chain(&error)))
        },
    ))
    .await
}
