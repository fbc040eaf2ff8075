//! The Lambda function behind the webhook's function URL.

use lambda_http::{Error, Request, run, service_fn};
use shared::env::Environment;
use shared::store::Events;
use shared::{aws, clock, telemetry};
use webhook::{App, Config, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init();
    let config = Config::from_env(&Environment::of_process())?;
    let aws = aws::config().await;
    let app = App {
        events: Events::new(
            aws::dynamodb(&aws),
            config.event_table,
            config.event_retention,
        ),
        secrets: config.secrets,
        client_id: config.client_id,
    };
    let app = &app;
    run(service_fn(async move |request: Request| {
        Ok::<_, Error>(handle(app, request, clock::now()).await)
    }))
    .await
}
