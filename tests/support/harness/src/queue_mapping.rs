//! An event source mapping that feeds functions from a queue, as Lambda does with `ReportBatchItemFailures`.
//!
//! Source: <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>

use std::time::Duration;

use futures_util::future::try_join_all;
use serde_json::{Value, json};

use crate::StartError;
use crate::answer::Answer;
use crate::function::Function;
use crate::queue::{Message, Queue};

/// The settings of a queue's event source mapping.
#[derive(Clone, Copy, Debug)]
pub struct QueueMapping {
    /// The maximum number of messages in a batch.
    pub batch_size: usize,
    /// The timeout of an invocation.
    pub timeout: Duration,
}

/// The result of draining a queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drained {
    /// The number of invocations.
    pub invocations: usize,
    /// The number of invocations without a valid batch report.
    pub unanswered: usize,
    /// The number of failed messages, each failure counted.
    pub failed: usize,
}

impl QueueMapping {
    /// Feeds all execution environments of one function concurrently until the queue is empty. Failed messages are
    /// retried immediately, where SQS would wait for the visibility timeout.
    pub async fn drain(
        &self,
        queue: &Queue,
        functions: &[&Function],
    ) -> Result<Drained, StartError> {
        let feeds = functions
            .iter()
            .map(|function| self.drain_by_one(queue, function));
        let drained = try_join_all(feeds).await?;
        Ok(drained
            .into_iter()
            .fold(Drained::default(), |sum, one| Drained {
                invocations: sum.invocations + one.invocations,
                unanswered: sum.unanswered + one.unanswered,
                failed: sum.failed + one.failed,
            }))
    }

    async fn drain_by_one(
        &self,
        queue: &Queue,
        function: &Function,
    ) -> Result<Drained, StartError> {
        let mut drained = Drained::default();
        let mut changes = queue.changes();
        loop {
            changes.borrow_and_update();
            let batch = queue.receive(self.batch_size);
            if batch.is_empty() {
                if queue.is_done() {
                    return Ok(drained);
                }
                // Another environment may still release a message.
                let _ = changes.changed().await;
                continue;
            }
            let records: Vec<Value> = batch.iter().map(Message::record).collect();
            let event = json!({ "Records": records }).to_string();
            let answer = function.invoke(event.as_bytes(), self.timeout).await?;
            drained.invocations += 1;
            drained.unanswered += usize::from(answer.json().is_none());
            let (failed, done): (Vec<_>, Vec<_>) = batch
                .iter()
                .partition(|message| is_failed(&answer, message, &batch));
            drained.failed += failed.len();
            queue.delete(&receipts(&done));
            queue.release(&receipts(&failed));
        }
    }
}

/// Returns whether a message failed. The batch report names the failed messages. Without a report, or if it names an
/// unknown message, all have failed.
fn is_failed(answer: &Answer, message: &Message, batch: &[Message]) -> bool {
    let Some(answer) = answer.json() else {
        return true;
    };
    let failures = match answer.get("batchItemFailures") {
        Some(Value::Array(failures)) => failures.as_slice(),
        // Null or absent: no failures.
        _ => return false,
    };
    let named: Vec<Option<&str>> = failures
        .iter()
        .map(|failure| failure.get("itemIdentifier")?.as_str())
        .collect();
    let is_named = |id: &str| named.contains(&Some(id));
    let are_known = named
        .iter()
        .all(|name| name.is_some_and(|name| batch.iter().any(|message| message.id == name)));
    !are_known || is_named(&message.id)
}

fn receipts(messages: &[&Message]) -> Vec<String> {
    let receipts = messages.iter().map(|message| message.receipt.clone());
    receipts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Outcome;

    fn message(id: &str) -> Message {
        Message {
            id: id.to_owned(),
            receipt: format!("receipt of {id}"),
            body: "{}".to_owned(),
            sent_at: 0,
            receives: 1,
        }
    }

    fn failed_after(outcome: Outcome) -> Vec<String> {
        let batch = ["1", "2", "3"].map(message);
        let answer = Answer {
            outcome,
            took: Duration::ZERO,
        };
        let failed = batch
            .iter()
            .filter(|message| is_failed(&answer, message, &batch));
        failed.map(|message| message.id.clone()).collect()
    }

    fn answered(answer: &Value) -> Outcome {
        Outcome::Response(answer.to_string().into_bytes())
    }

    #[test]
    fn only_the_messages_in_the_batch_report_have_failed() {
        let naming = |ids: Value| {
            let failures: Vec<Value> = ids
                .as_array()
                .unwrap()
                .iter()
                .map(|id| json!({ "itemIdentifier": id }))
                .collect();
            failed_after(answered(&json!({ "batchItemFailures": failures })))
        };
        let all = ["1", "2", "3"];

        assert!(naming(json!([])).is_empty());
        assert_eq!(naming(json!(["3", "1"])), ["1", "3"]);
        assert_eq!(naming(json!(["unknown"])), all);
        assert_eq!(naming(json!([""])), all);
        assert_eq!(naming(json!([null])), all);
        assert!(failed_after(answered(&json!({ "batchItemFailures": null }))).is_empty());
        assert!(failed_after(answered(&json!(null))).is_empty());
        assert_eq!(failed_after(Outcome::Died), all);
        assert_eq!(failed_after(Outcome::Error(Vec::new())), all);
    }
}
