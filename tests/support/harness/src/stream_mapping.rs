//! Feeds a function from a stream, as Lambda's event source mapping does with `ReportBatchItemFailures`.
//!
//! Source: <https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html>

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::{Value, json};

use crate::StartError;
use crate::answer::{Answer, Outcome};
use crate::function::Function;

/// How one shard of a stream is read.
#[derive(Clone, Copy, Debug)]
pub struct StreamMapping {
    /// How many records a batch has at most.
    pub batch_size: usize,
    /// How often a batch is repeated before it is given up.
    pub max_retries: u32,
    /// How long the function has for a batch.
    pub timeout: Duration,
}

/// What became of the records.
#[derive(Clone, Debug, Default)]
pub struct Fed {
    /// How often the function was invoked.
    pub invocations: usize,
    /// How many invocations ended without an answer.
    pub unanswered: usize,
    /// How many answers said that something is left.
    pub unfinished: usize,
    /// What was given up, and would be on the on-failure queue.
    pub dropped: Vec<Value>,
}

/// A part of a shard, and how often it was repeated.
struct Batch<'a> {
    records: &'a [Value],
    retries: u32,
}

impl StreamMapping {
    /// Feeds the records in their order; each batch until it is done or given up. Repeats at once, where Lambda would
    /// wait a little.
    pub async fn feed(&self, function: &Function, records: &[Value]) -> Result<Fed, StartError> {
        let mut fed = Fed::default();
        let mut batches: VecDeque<Batch<'_>> = records
            .chunks(self.batch_size)
            .map(|records| Batch {
                records,
                retries: 0,
            })
            .collect();
        while let Some(batch) = batches.pop_front() {
            let event = json!({ "Records": batch.records }).to_string();
            let answer = function.invoke(event.as_bytes(), self.timeout).await?;
            fed.invocations += 1;
            let is_failed = !matches!(answer.outcome, Outcome::Response(_));
            fed.unanswered += usize::from(is_failed);
            let rest = unfinished(&answer, batch.records);
            if rest.is_empty() {
                continue;
            }
            fed.unfinished += usize::from(!is_failed);
            if batch.retries >= self.max_retries {
                fed.dropped.extend_from_slice(rest);
                continue;
            }
            let retries = batch.retries + 1;
            // What reports where it failed goes on there; what fails as a whole is halved.
            let (first, second) = if is_failed && rest.len() > 1 {
                rest.split_at(rest.len() / 2)
            } else {
                (rest, Default::default())
            };
            for records in [second, first] {
                if !records.is_empty() {
                    batches.push_front(Batch { records, retries });
                }
            }
        }
        Ok(fed)
    }
}

/// What must be repeated: everything from the lowest failed record on, and all of it where there is no answer that
/// says which.
fn unfinished<'a>(answer: &Answer, records: &'a [Value]) -> &'a [Value] {
    let Some(answer) = answer.json() else {
        return records;
    };
    let failures = match answer.get("batchItemFailures") {
        Some(Value::Array(failures)) => failures.as_slice(),
        // Null or absent: all is done.
        _ => return Default::default(),
    };
    let failed = |record: &Value| {
        let number = record.pointer("/dynamodb/SequenceNumber");
        failures
            .iter()
            .any(|failure| failure.get("itemIdentifier") == number)
    };
    if failures.is_empty() {
        return Default::default();
    }
    let lowest = records.iter().position(failed).unwrap_or_default();
    records.get(lowest..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records() -> Vec<Value> {
        ["1", "2", "3"]
            .map(|number| json!({"dynamodb": {"SequenceNumber": number}}))
            .to_vec()
    }

    fn unfinished_after(outcome: Outcome) -> usize {
        let answer = Answer {
            outcome,
            took: Duration::ZERO,
        };
        unfinished(&answer, &records()).len()
    }

    fn failing(numbers: &[&str]) -> Outcome {
        let failures: Vec<Value> = numbers
            .iter()
            .map(|number| json!({"itemIdentifier": number}))
            .collect();
        Outcome::Response(
            json!({"batchItemFailures": failures})
                .to_string()
                .into_bytes(),
        )
    }

    #[test]
    fn a_stream_repeats_everything_from_the_lowest_failure_on() {
        assert_eq!(unfinished_after(failing(&[])), 0);
        assert_eq!(unfinished_after(failing(&["3", "2"])), 2);
        assert_eq!(unfinished_after(failing(&["unknown"])), 3);
        assert_eq!(unfinished_after(Outcome::Died), 3);
        assert_eq!(unfinished_after(Outcome::Error(Vec::new())), 3);
    }
}
