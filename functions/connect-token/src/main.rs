//! The Lambda function behind `POST /connect-token`.

use connect_token::{App, Config, handle};
use lambda_http::tower::ServiceExt as _;
use lambda_http::{Adapter, Error, Request, lambda_runtime, service_fn};
use shared::arrival::without_address;
use shared::env::Environment;
use shared::store::Items;
use shared::{aws, clock, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init();
    let config = Config::from_env(&Environment::of_process())?;
    let aws = aws::config().await;
    let app = App {
        items: Items::new(aws::dynamodb(&aws), config.item_table),
        pluggy: config.pluggy.client(&aws)?,
        profiles: config.profiles,
        owner_claim: config.owner_claim,
    };
    let app = &app;
    let service = service_fn(async move |request: Request| {
        Ok::<_, Error>(handle(app, request, clock::now()).await)
    });
    lambda_runtime::run(Adapter::from(service).map_request(without_address)).await
}
