//! The Lambda function behind `GET /items`, `GET /items/{itemId}` and the same routes under `/users/{userId}`.

use item_status::{App, Config, handle};
use lambda_http::tower::ServiceExt as _;
use lambda_http::{Adapter, Error, Request, lambda_runtime, service_fn};
use runtime::aws::Aws;
use runtime::env::Environment;
use runtime::request_sanitizer::without_address;
use runtime::{clock, telemetry};
use store::{Connectors, Items};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let environment = Environment::of_process();
    telemetry::init(&environment);
    let config = Config::from_env(&environment)?;
    let aws = Aws::from_env(&environment, &runtime::trust(&environment)?);
    aws.open().await;
    let dynamodb = aws.dynamodb();
    let app = App {
        items: Items::new(dynamodb.clone(), config.item_table.clone()),
        connectors: Connectors::new(dynamodb, config.item_table),
        callers: config.callers,
    };
    let app = &app;
    let service = service_fn(async move |request: Request| {
        Ok::<_, Error>(handle(app, request, clock::now()).await)
    });
    lambda_runtime::run(Adapter::from(service).map_request(without_address)).await
}
