//! The Lambda function behind `GET /items` and `GET /items/{itemId}`.

use item_status::{App, Config, handle};
use lambda_http::tower::ServiceExt as _;
use lambda_http::{Adapter, Error, Request, lambda_runtime, service_fn};
use shared::aws::Aws;
use shared::env::Environment;
use shared::https::Trust;
use shared::request_sanitizer::without_address;
use shared::store::{Connectors, Items};
use shared::{clock, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let environment = Environment::of_process();
    telemetry::init(&environment);
    let config = Config::from_env(&environment)?;
    let aws = Aws::from_env(&environment, &Trust::from_env(&environment)?);
    aws.open().await;
    let dynamodb = aws.dynamodb();
    let app = App {
        items: Items::new(dynamodb.clone(), config.item_table.clone()),
        connectors: Connectors::new(dynamodb, config.item_table),
        owner_claim: config.owner_claim,
    };
    let app = &app;
    let service = service_fn(async move |request: Request| {
        Ok::<_, Error>(handle(app, request, clock::now()).await)
    });
    lambda_runtime::run(Adapter::from(service).map_request(without_address)).await
}
