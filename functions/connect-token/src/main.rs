//! The Lambda function behind `POST /connect-token`.

use connect_token::{App, Config, handle};
use lambda_http::tower::ServiceExt as _;
use lambda_http::{Adapter, Error, Request, lambda_runtime, service_fn};
use shared::aws::Aws;
use shared::env::Environment;
use shared::https::Trust;
use shared::request_sanitizer::without_address;
use shared::store::Items;
use shared::{clock, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let environment = Environment::of_process();
    telemetry::init(&environment);
    let config = Config::from_env(&environment)?;
    let trust = Trust::from_env(&environment)?;
    let aws = Aws::from_env(&environment, &trust);
    let app = App {
        items: Items::new(aws.dynamodb(), config.item_table),
        pluggy: config.pluggy.client(&aws, &trust),
        profiles: config.profiles,
        owner_claim: config.owner_claim,
    };
    app.pluggy.open(clock::now()).await;
    let app = &app;
    let service = service_fn(async move |request: Request| {
        Ok::<_, Error>(handle(app, request, clock::now()).await)
    });
    lambda_runtime::run(Adapter::from(service).map_request(without_address)).await
}
