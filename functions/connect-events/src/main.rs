//! The Lambda function behind `POST /connect-events` and `POST /users/{userId}/connect-events`.

use connect_events::{App, Config, handle};
use lambda_http::tower::ServiceExt as _;
use lambda_http::{Adapter, Error, Request, lambda_runtime, service_fn};
use runtime::aws::Aws;
use runtime::env::Environment;
use runtime::metrics::Emitter;
use runtime::request_sanitizer::without_address;
use runtime::{clock, telemetry};
use store::{Events, Limits};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let environment = Environment::of_process();
    telemetry::init(&environment);
    let config = Config::from_env(&environment)?;
    let aws = Aws::from_env(&environment, &runtime::trust(&environment)?);
    aws.open().await;
    let dynamodb = aws.dynamodb();
    let app = App {
        events: Events::new(dynamodb.clone(), config.event_table),
        limits: Limits::new(dynamodb, config.limit_table),
        callers: config.callers,
        metrics: Emitter::new(config.metrics_namespace),
    };
    let app = &app;
    let service = service_fn(async move |request: Request| {
        Ok::<_, Error>(handle(app, request, clock::now()).await)
    });
    lambda_runtime::run(Adapter::from(service).map_request(without_address)).await
}
