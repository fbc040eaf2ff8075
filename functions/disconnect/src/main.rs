//! The Lambda function behind `DELETE /items/{itemId}`.

use disconnect::{App, Config, handle};
use lambda_http::tower::ServiceExt as _;
use lambda_http::{Adapter, Error, Request, lambda_runtime, service_fn};
use shared::arrival::without_address;
use shared::env::Environment;
use shared::store::{EventPresence, Events, Items};
use shared::{aws, clock, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init();
    let config = Config::from_env(&Environment::of_process())?;
    let aws = aws::config().await;
    let dynamodb = aws::dynamodb(&aws);
    let app = App {
        pluggy: config.pluggy.client(&aws)?,
        items: Items::new(dynamodb.clone(), config.item_table),
        events: Events::new(
            dynamodb.clone(),
            config.event_table.clone(),
            config.event_retention,
        ),
        presence: EventPresence::new(dynamodb, config.event_table),
        owner_claim: config.owner_claim,
    };
    let app = &app;
    let service = service_fn(async move |request: Request| {
        Ok::<_, Error>(handle(app, request, clock::now()).await)
    });
    lambda_runtime::run(Adapter::from(service).map_request(without_address)).await
}
