//! The deadline of a response: it is sent within three seconds, whatever DynamoDB does. Only waiting moves the clock
//! of these tests.

use std::time::Duration;

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region, SharedAsyncSleep};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use runtime::clock::now;
use runtime::metrics::Emitter;
use store::Events;
use tests::deployment::{CLIENT_ID, WEBHOOK_SECRET_SHA256};
use tests::sample;
use tests::tables::{EVENT_RETENTION, client};
use tokio::time::Instant;

const LIMIT: Duration = Duration::from_secs(3);

/// A table in which another body already has the event's id, and which answers slowly.
#[derive(Clone, Debug)]
struct SlowTable {
    answers_after: Duration,
}

impl HttpConnector for SlowTable {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = String::from_utf8(request.body().bytes().unwrap().to_vec()).unwrap();
        // The second put has the body's digest in its key.
        let is_taken = !body.contains("4d01#");
        let answers_after = self.answers_after;
        HttpConnectorFuture::new(async move {
            tokio::time::sleep(answers_after).await;
            let (status, answer) = if is_taken {
                (
                    400,
                    r#"{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","Item":{}}"#,
                )
            } else {
                (200, "{}")
            };
            Ok(HttpResponse::new(status.try_into().unwrap(), answer.into()))
        })
    }
}

fn app(client: aws_sdk_dynamodb::Client) -> webhook::App {
    let header = "x-webhook-secret".parse().unwrap();
    webhook::App {
        events: Events::new(client, "events".to_owned()),
        event_retention: EVENT_RETENTION,
        secrets: webhook::AcceptedSecrets::parse(header, WEBHOOK_SECRET_SHA256).unwrap(),
        client_id: CLIENT_ID.parse().unwrap(),
        metrics: Emitter::in_memory(),
    }
}

/// Returns the status of the response to an event under a reused id, and the time that it took.
async fn answer_of(table: SlowTable) -> (u16, Duration) {
    let http_client = http_client_fn(move |_, _| SharedHttpConnector::new(table.clone()));
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("sa-east-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "tests"))
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .http_client(http_client);
    let app = app(aws_sdk_dynamodb::Client::from_conf(config.build()));
    let begin = Instant::now();

    let request = sample::request("webhook/item-created.json");
    let answer = webhook::handle(Some(&app), request, now()).await;

    (answer.status().as_u16(), begin.elapsed())
}

#[tokio::test(start_paused = true)]
async fn a_table_that_hangs_does_not_keep_pluggy_waiting() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let webhook = app(client(&url));
    let begin = Instant::now();

    let request = sample::request("webhook/item-created.json");
    let answer = webhook::handle(Some(&webhook), request, now()).await;

    assert_eq!(answer.status(), 503);
    assert!(begin.elapsed() < LIMIT);
}

#[tokio::test(start_paused = true)]
async fn the_two_puts_of_a_reused_id_share_one_deadline() {
    let each_in_time = SlowTable {
        answers_after: Duration::from_secs(2),
    };

    let (status, after) = answer_of(each_in_time).await;

    assert_eq!(status, 503);
    assert!(after < LIMIT, "{after:?}");
}

#[tokio::test(start_paused = true)]
async fn a_reused_id_has_time_for_both_puts() {
    let slow = SlowTable {
        answers_after: Duration::from_millis(1_200),
    };

    let (status, after) = answer_of(slow).await;

    assert_eq!(status, 200);
    assert!(after >= Duration::from_millis(2_400), "both were made");
}
