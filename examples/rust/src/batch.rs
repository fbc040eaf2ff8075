//! What Lambda makes of a queue's messages, and what it wants to know of them.
//!
//! Source: <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>

use serde::{Deserialize, Serialize};

/// Some messages of the queue.
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
    /// The queue's id of it.
    pub message_id: String,
    /// What was put into the queue.
    pub body: String,
}

/// The messages that the queue should bring again; it forgets the others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// One for each of them.
    pub batch_item_failures: Vec<Failure>,
}

/// A message that the queue should bring again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// The queue's id of it.
    pub item_identifier: String,
}
