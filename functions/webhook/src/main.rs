//! The Lambda function behind the webhook's function URL.

use client::chain;
use lambda_http::tower::ServiceExt as _;
use lambda_http::{Adapter, Error, Request, lambda_runtime, service_fn};
use runtime::aws::Aws;
use runtime::env::Environment;
use runtime::metrics::Emitter;
use runtime::request_sanitizer::without_address;
use runtime::{clock, telemetry};
use store::Events;
use webhook::{App, Config, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let environment = Environment::of_process();
    telemetry::init(&environment);
    let app = &app(&environment).await;
    let service = service_fn(async move |request: Request| {
        Ok::<_, Error>(handle(app.as_ref(), request, clock::now()).await)
    });
    lambda_runtime::run(Adapter::from(service).map_request(without_address)).await
}

/// Creates the app. Init does not fail on a wrong setting: a function that does not start cannot make Pluggy
/// retry.
async fn app(environment: &Environment) -> Option<App> {
    let config = Config::from_env(environment);
    let config =
        config.inspect_err(|error| tracing::error!(error = chain(error), "not configured"));
    let config = config.ok()?;
    let trust = runtime::trust(environment);
    let trust = trust.inspect_err(|error| tracing::error!(error = chain(error), "no tls"));
    let aws = Aws::from_env(environment, &trust.ok()?);
    aws.open().await;
    Some(App {
        events: Events::new(aws.dynamodb(), config.event_table),
        event_retention: config.event_retention,
        secrets: config.secrets,
        client_id: config.client_id,
        metrics: Emitter::new(config.metrics_namespace),
    })
}
