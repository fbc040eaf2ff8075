//! The fake SQS, as the official client sees it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_sqs::error::ProvideErrorMetadata as _;
use aws_sdk_sqs::types::Message;
use harness::{Function, FunctionSettings, Queue, QueueMapping};

const MD5_OF_HELLO: &str = "5d41402abc4b2a76b9719d911017c592";

async fn queue() -> (Queue, Client) {
    let queue = Queue::start("publish-dead-letters", 1).await.unwrap();
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(queue.endpoint())
        .region(Region::new("sa-east-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "tests"))
        .http_client(aws_smithy_http_client::Builder::new().build_http());
    (queue, Client::from_conf(config.build()))
}

async fn receive(queue: &Queue, client: &Client) -> Vec<Message> {
    let receive = client.receive_message().queue_url(queue.url());
    let answer = receive.max_number_of_messages(10).send().await.unwrap();
    answer.messages.unwrap_or_default()
}

#[tokio::test]
async fn a_message_is_sent_received_and_deleted() {
    let (queue, client) = queue().await;

    let sent = client
        .send_message()
        .queue_url(queue.url())
        .message_body("hello")
        .send()
        .await
        .unwrap();
    let received = receive(&queue, &client).await;
    let nothing = receive(&queue, &client).await;
    client
        .delete_message()
        .queue_url(queue.url())
        .receipt_handle(received[0].receipt_handle().unwrap())
        .send()
        .await
        .unwrap();

    assert_eq!(sent.md5_of_message_body(), Some(MD5_OF_HELLO));
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].body(), Some("hello"));
    assert_eq!(received[0].md5_of_body(), Some(MD5_OF_HELLO));
    assert_eq!(received[0].message_id(), sent.message_id());
    assert!(nothing.is_empty(), "somebody works on it");
    assert!(queue.bodies().is_empty());
}

#[tokio::test]
async fn a_message_without_a_body_is_refused() {
    let (queue, client) = queue().await;

    let send = client
        .send_message()
        .queue_url(queue.url())
        .message_body("");
    let error = send.send().await.unwrap_err();

    assert_eq!(error.code(), Some("MissingParameter"));
}

#[tokio::test]
async fn redriven_messages_are_only_in_the_other_queue() {
    let (dead_letters, _) = queue().await;
    let (queue, client) = queue().await;
    dead_letters.send("hello");

    assert_eq!(dead_letters.redrive_to(&queue), 1);

    assert!(dead_letters.bodies().is_empty());
    assert_eq!(receive(&queue, &client).await.len(), 1);
}

#[tokio::test]
async fn a_message_that_always_fails_ends_in_the_dead_letters() {
    let dead_letters = Queue::start("dead-letters", 1).await.unwrap();
    let queue = Queue::start_before(&dead_letters, 5, "consumer", 1)
        .await
        .unwrap();
    let [first, second] = [never_answers().await, never_answers().await];
    for body in ["1", "2", "3"] {
        queue.send(body);
    }

    let mapping = QueueMapping {
        batch_size: 10,
        timeout: Duration::from_secs(5),
    };
    let drained = mapping.drain(&queue, &[&first, &second]).await.unwrap();

    assert!(queue.bodies().is_empty());
    let mut dead = dead_letters.bodies();
    dead.sort();
    assert_eq!(dead, ["1", "2", "3"]);
    assert_eq!(drained.failed, 15, "five times each");
    assert_eq!(drained.unanswered, drained.invocations);
}

async fn never_answers() -> Function {
    let settings = FunctionSettings::new("false", "/bin/false".into());
    Function::start(settings).await.unwrap()
}
