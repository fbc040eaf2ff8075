//! The Lambda function behind the webhook's function URL.

use lambda_http::{Error, Request, run, service_fn};
use shared::env::Environment;
use shared::metrics::Emitter;
use shared::store::Events;
use shared::telemetry::chain;
use shared::{aws, clock, telemetry};
use webhook::{App, Config, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init();
    let app = &app().await;
    run(service_fn(async move |request: Request| {
        Ok::<_, Error>(handle(app.as_ref(), request, clock::now()).await)
    }))
    .await
}

/// Init does not fail over a setting: a function that does not start cannot ask Pluggy to try again.
async fn app() -> Option<App> {
    let config = Config::from_env(&Environment::of_process());
    let config =
        config.inspect_err(|error| tracing::error!(error = chain(error), "not configured"));
    let config = config.ok()?;
    let dynamodb = aws::dynamodb(&aws::config().await);
    Some(App {
        events: Events::new(dynamodb, config.event_table, config.event_retention),
        secrets: config.secrets,
        client_id: config.client_id,
        metrics: Emitter::new(config.metrics_namespace),
    })
}
