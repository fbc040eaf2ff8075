//! The queue in which it is noted what the bus refuses.

use aws_sdk_sqs::Client;
use serde::Serialize;
use store::reason;

use crate::reference::Reference;

/// The queue.
#[derive(Clone, Debug)]
pub struct DeadLetters {
    client: Client,
    queue_url: String,
}

/// A message. What was to be published is found by it, and not in it: queues hold nothing personal.
#[derive(Debug, Serialize)]
struct Message<'a> {
    #[serde(flatten)]
    reference: &'a Reference,
    code: &'a str,
}

/// The queue does not take it.
#[derive(Debug, thiserror::Error)]
#[error("the queue takes nothing: {0}")]
pub(crate) struct Error(String);

impl DeadLetters {
    /// The queue at this address.
    pub fn new(client: Client, queue_url: String) -> Self {
        Self { client, queue_url }
    }

    /// Notes that this is not published, and why.
    pub(crate) async fn park(&self, reference: &Reference, code: &str) -> Result<(), Error> {
        let message = Message { reference, code };
        self.client
            .send_message()
            .queue_url(&self.queue_url)
            .message_body(serde_json::to_string(&message).unwrap_or_default())
            .send()
            .await
            .map_err(|error| Error(reason(&error)))?;
        tracing::error!(
            event.id = reference.id,
            event.kind = reference.detail_type,
            code,
            "event dead_lettered"
        );
        Ok(())
    }
}
