//! A message in a queue.

use axum::body::Bytes;
use md5::{Digest as _, Md5};
use serde_json::{Value, json};

/// A message in a queue.
#[derive(Clone, Debug)]
pub struct Message {
    /// The message id, the same at each receive.
    pub id: String,
    /// The receipt handle, new at each receive.
    pub receipt: String,
    /// The body as it was sent.
    pub body: String,
    /// When it was sent, in epoch milliseconds.
    pub sent_at: i64,
    /// The number of receives.
    pub receives: u32,
}

impl Message {
    /// Returns the MD5 of the body, by which a client verifies it.
    pub(super) fn md5_of_body(&self) -> String {
        let digest = Md5::digest(self.body.as_bytes());
        format!("{:x}", Bytes::copy_from_slice(&digest))
    }

    pub(super) fn attributes(&self) -> Value {
        json!({
            "ApproximateFirstReceiveTimestamp": self.sent_at.to_string(),
            "ApproximateReceiveCount": self.receives.to_string(),
            "SenderId": "AIDAIENQZJOLO23YVJ4VO",
            "SentTimestamp": self.sent_at.to_string(),
        })
    }

    /// Returns the record that Lambda passes to the function.
    ///
    /// Source: <https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html>
    pub(crate) fn record(&self) -> Value {
        json!({
            "messageId": self.id,
            "receiptHandle": self.receipt,
            "body": self.body,
            "attributes": self.attributes(),
            "messageAttributes": {},
            "md5OfBody": self.md5_of_body(),
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:sa-east-1:123456789012:queue",
            "awsRegion": "sa-east-1",
        })
    }
}
