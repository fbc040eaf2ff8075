//! The Lambda function behind `GET /items` and `GET /items/{itemId}`.

use item_status::{App, Config, handle};
use lambda_http::{Error, Request, run, service_fn};
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
    run(service_fn(async move |request: Request| {
        Ok::<_, Error>(handle(app, request, clock::now()).await)
    }))
    .await
}
