//! The API of the queue, as far as a function or an operator needs it: send, receive, delete.
//!
//! Source: <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html>

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::post;
use serde_json::{Value, json};

use super::{Core, Message};
use crate::aws_json::{AwsJson, target};

const JSON: AwsJson = AwsJson::V1_0;
const MAX_RECEIVED: u64 = 10;

pub(super) fn router(core: Arc<Core>) -> Router {
    Router::new().route("/", post(call)).with_state(core)
}

async fn call(State(core): State<Arc<Core>>, headers: HeaderMap, body: Bytes) -> Response {
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    let text = |name: &str| request.get(name).and_then(Value::as_str);
    if text("QueueUrl").is_none() {
        return missing("QueueUrl");
    }
    match target(&headers) {
        Some("AmazonSQS.SendMessage") => match text("MessageBody") {
            Some(body) if !body.is_empty() => {
                let message = core.send(body.to_owned());
                JSON.answer(
                    &json!({ "MessageId": message.id, "MD5OfMessageBody": message.md5_of_body() }),
                )
            }
            _ => missing("MessageBody"),
        },
        Some("AmazonSQS.ReceiveMessage") => {
            let limit = request.get("MaxNumberOfMessages").and_then(Value::as_u64);
            let limit = limit.unwrap_or(1).min(MAX_RECEIVED);
            let messages = core.receive(usize::try_from(limit).unwrap_or_default());
            let messages: Vec<Value> = messages.iter().map(received).collect();
            JSON.answer(&json!({ "Messages": messages }))
        }
        Some("AmazonSQS.DeleteMessage") => match text("ReceiptHandle") {
            Some(receipt) => {
                core.delete(&[receipt.to_owned()]);
                JSON.answer(&json!({}))
            }
            None => missing("ReceiptHandle"),
        },
        _ => JSON.unknown_operation(),
    }
}

fn received(message: &Message) -> Value {
    json!({
        "MessageId": message.id,
        "ReceiptHandle": message.receipt,
        "MD5OfBody": message.md5_of_body(),
        "Body": message.body,
        "Attributes": message.attributes(),
    })
}

fn missing(parameter: &str) -> Response {
    JSON.refusal(
        "MissingParameter",
        &format!("The request must contain the parameter {parameter}."),
    )
}
