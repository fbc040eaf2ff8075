//! The dead-letter queue at SQS. `dead_letters` decides which entries go there.

use aws_sdk_sqs::Client;
use serde::Serialize;
use store::reason;

use crate::reference::Reference;

/// The dead-letter queue.
#[derive(Clone, Debug)]
pub struct DeadLetterQueue {
    client: Client,
    url: String,
}

/// A message. It identifies the row and does not contain the entry: queues hold no personal data.
#[derive(Debug, Serialize)]
struct Message<'a> {
    #[serde(flatten)]
    reference: &'a Reference,
    code: &'a str,
}

/// The queue does not accept the message.
#[derive(Debug, thiserror::Error)]
#[error("the dead-letter queue is unavailable: {0}")]
pub(crate) struct Error(String);

impl DeadLetterQueue {
    /// Creates the queue from its URL.
    pub fn new(client: Client, url: String) -> Self {
        Self { client, url }
    }

    /// Sends an entry to the queue: its row, and the code of the refusal.
    pub(crate) async fn send(&self, reference: &Reference, code: &str) -> Result<(), Error> {
        let message = Message { reference, code };
        self.client
            .send_message()
            .queue_url(&self.url)
            .message_body(serde_json::to_string(&message).unwrap_or_default())
            .send()
            .await
            .map_err(|error| Error(reason(&error)))?;
        tracing::error!(
            event.id = reference.id,
            event.kind = reference.detail_type,
            code,
            "event dead-lettered"
        );
        Ok(())
    }
}
