//! The Lambda function that operators invoke to publish again what the bus may not have received.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use publish::republish::{App, Config, handle};
use publish::{Bus, DeadLetterQueue, ErasedFilter};
use runtime::aws::Aws;
use runtime::env::Environment;
use runtime::{clock, telemetry};
use serde_json::value::RawValue;
use store::{ErasureKey, Erasures, Events, Items};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let environment = Environment::of_process();
    telemetry::init(&environment);
    let config = Config::from_env(&environment)?;
    let aws = Aws::from_env(&environment, &runtime::trust(&environment)?);
    let dynamodb = aws.dynamodb();
    let erasure_key = ErasureKey::new(aws.secrets_manager(), config.erasure_secret_arn);
    let erasures = Erasures::new(dynamodb.clone(), config.limit_table, erasure_key);
    let app = App {
        erased: ErasedFilter::new(erasures),
        bus: Bus::new(
            aws_sdk_eventbridge::Client::new(aws.sdk()),
            config.event_bus,
        ),
        dead_letter_queue: DeadLetterQueue::new(
            aws_sdk_sqs::Client::new(aws.sdk()),
            config.dead_letter_queue_url,
        ),
        events: Events::new(dynamodb.clone(), config.event_table.clone()),
        client_id: config.client_id,
        items: Items::new(dynamodb, config.item_table),
        event_table: config.event_table,
    };
    let app = &app;
    run(service_fn(
        async move |event: LambdaEvent<Box<RawValue>>| {
            let deadline = clock::deadline(event.context.deadline);
            let handling = Box::pin(handle(app, event.payload.get(), clock::now(), deadline));
            Ok::<_, Error>(handling.await?)
        },
    ))
    .await
}
