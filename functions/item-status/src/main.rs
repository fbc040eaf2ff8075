//! The Lambda function behind `GET /items` and `GET /items/{itemId}`.

use item_status::{App, Config, handle};
use lambda_http::tower::ServiceExt as _;
use lambda_http::{Adapter, Error, Request, lambda_runtime, service_fn};
use shared::arrival::without_address;
use shared::env::Environment;
use shared::store::{Connectors, Items};
use shared::{aws, clock, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init();
    let config = Config::from_env(&Environment::of_process())?;
    let aws = aws::config().await;
    let dynamodb = aws::dynamodb(&aws);
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
