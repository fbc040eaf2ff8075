//! The batch of queue messages that Lambda delivers, and the response that it expects.
//!
//! Source: <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>

use serde::{Deserialize, Serialize};

/// A batch of messages from the queue.
#[derive(Clone, Debug, Deserialize)]
pub struct Batch {
    /// The messages, in no particular order.
    #[serde(rename = "Records")]
    pub messages: Vec<Message>,
}

/// A message of the queue.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// The message's id in the queue.
    pub message_id: String,
    /// The body of the message.
    pub body: String,
}

/// The messages that the queue should retry. It deletes the others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// One entry for each failed message.
    pub batch_item_failures: Vec<Failure>,
}

/// A message that the queue should retry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// The message's id in the queue.
    pub item_identifier: String,
}
