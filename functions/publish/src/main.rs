//! The Lambda function behind the streams of `EventTable` and `ItemTable`.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use publish::{App, Bus, Config, DeadLetterQueue, ErasedFilter, handle};
use runtime::aws::Aws;
use runtime::env::Environment;
use runtime::metrics::Emitter;
use runtime::{clock, payload, telemetry};
use serde_json::value::RawValue;
use store::{ErasureKey, Erasures};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let environment = Environment::of_process();
    telemetry::init(&environment);
    let config = Config::from_env(&environment)?;
    let aws = Aws::from_env(&environment, &runtime::trust(&environment)?);
    let erasure_key = ErasureKey::new(aws.secrets_manager(), config.erasure_secret_arn);
    let erasures = Erasures::new(aws.dynamodb(), config.limit_table, erasure_key);
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
        event_table: config.event_table,
        metrics: Emitter::new(config.metrics_namespace),
    };
    let app = &app;
    run(service_fn(
        async move |event: LambdaEvent<Box<RawValue>>| {
            let deadline = clock::deadline(event.context.deadline);
            let batch = payload::parse(event.payload.get())?;
            let handling = Box::pin(handle(app, batch, clock::now(), deadline));
            Ok::<_, Error>(handling.await)
        },
    ))
    .await
}
