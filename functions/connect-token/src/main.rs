//! The Lambda function behind `POST /connect-token` and `POST /users/{userId}/connect-token`.

use connect_token::{App, Config, handle};
use lambda_http::tower::ServiceExt as _;
use lambda_http::{Adapter, Error, Request, lambda_runtime, service_fn};
use runtime::aws::Aws;
use runtime::env::Environment;
use runtime::metrics::Emitter;
use runtime::request_sanitizer::without_address;
use runtime::{clock, telemetry};
use store::{ErasureKey, Erasures, Items, Limits, PluggySecrets, SharedApiKey};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let environment = Environment::of_process();
    telemetry::init(&environment);
    let config = Config::from_env(&environment)?;
    let trust = runtime::trust(&environment)?;
    let aws = Aws::from_env(&environment, &trust);
    let secrets = PluggySecrets::new(aws.secrets_manager(), config.pluggy.secret_name.clone());
    let keys = SharedApiKey::new(aws.dynamodb(), config.pluggy.credential_table.clone());
    let erasure_key = ErasureKey::new(aws.secrets_manager(), config.erasure_secret_arn);
    let app = App {
        items: Items::new(aws.dynamodb(), config.item_table),
        erasures: Erasures::new(aws.dynamodb(), config.limit_table.clone(), erasure_key),
        limits: Limits::new(aws.dynamodb(), config.limit_table),
        pluggy: config.pluggy.client(&trust, secrets, keys),
        profiles: config.profiles,
        callers: config.callers,
        metrics: Emitter::new(config.metrics_namespace),
    };
    app.pluggy.open(clock::now()).await;
    let app = &app;
    let service = service_fn(async move |request: Request| {
        Ok::<_, Error>(handle(app, request, clock::now()).await)
    });
    lambda_runtime::run(Adapter::from(service).map_request(without_address)).await
}
