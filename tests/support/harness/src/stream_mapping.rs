//! An event source mapping that feeds a function from a stream, as Lambda does with `ReportBatchItemFailures`.
//!
//! Source: <https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html>

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::{Value, json};

use crate::StartError;
use crate::answer::{Answer, Outcome};
use crate::function::Function;

/// The settings of the mapping of one shard.
#[derive(Clone, Copy, Debug)]
pub struct StreamMapping {
    /// The maximum number of records in a batch.
    pub batch_size: usize,
    /// The maximum number of retries of a batch.
    pub max_retries: u32,
    /// The timeout of an invocation.
    pub timeout: Duration,
}

/// The result of feeding the records.
#[derive(Clone, Debug, Default)]
pub struct Fed {
    /// The number of invocations.
    pub invocations: usize,
    /// The duration of all invocations, each rounded up to a millisecond as Lambda bills it.
    pub billed: Duration,
    /// The number of invocations without a response.
    pub unanswered: usize,
    /// The number of responses that report failures.
    pub unfinished: usize,
    /// The records that were given up. Lambda would send them to the on-failure queue.
    pub dropped: Vec<Value>,
}

/// A part of a shard, with its number of retries.
struct Batch<'a> {
    records: &'a [Value],
    retries: u32,
}

impl StreamMapping {
    /// Feeds the records in order. Retries each batch until it succeeds or is given up. Retries immediately, where
    /// Lambda would back off.
    pub async fn feed(&self, function: &Function, records: &[Value]) -> Result<Fed, StartError> {
        self.feed_and_check(function, records, async |_, _| {})
            .await
    }

    /// Feeds the records like [`Self::feed`], and calls `check` after each invocation with its result and with the records
    /// that the stream does not repeat.
    pub async fn feed_and_check(
        &self,
        function: &Function,
        records: &[Value],
        mut check: impl AsyncFnMut(&Answer, &[Value]),
    ) -> Result<Fed, StartError> {
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
            fed.billed += billed(answer.took);
            let is_failed = !matches!(answer.outcome, Outcome::Response(_));
            fed.unanswered += usize::from(is_failed);
            let rest = unfinished(&answer, batch.records);
            let handled = batch.records.len() - rest.len();
            check(&answer, batch.records.get(..handled).unwrap_or_default()).await;
            if rest.is_empty() {
                continue;
            }
            fed.unfinished += usize::from(!is_failed);
            if batch.retries >= self.max_retries {
                fed.dropped.extend_from_slice(rest);
                continue;
            }
            let retries = batch.retries + 1;
            // A batch with a reported failure resumes there. A batch that fails as a whole is bisected.
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

fn billed(took: Duration) -> Duration {
    const MILLISECOND: Duration = Duration::from_millis(1);
    let milliseconds = took.as_nanos().div_ceil(MILLISECOND.as_nanos());
    Duration::from_millis(u64::try_from(milliseconds).unwrap_or(u64::MAX))
}

/// Returns the records to retry: all from the lowest failed record on, or the whole batch without a valid report.
fn unfinished<'a>(answer: &Answer, records: &'a [Value]) -> &'a [Value] {
    let Some(answer) = answer.json() else {
        return records;
    };
    let failures = match answer.get("batchItemFailures") {
        Some(Value::Array(failures)) => failures.as_slice(),
        // Null or absent: no failures.
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
    fn a_part_of_a_millisecond_is_billed_as_a_whole_one() {
        for (nanoseconds, milliseconds) in [(0, 0), (1, 1), (1_000_000, 1), (1_000_001, 2)] {
            let billed = billed(Duration::from_nanos(nanoseconds));

            assert_eq!(billed.as_millis(), milliseconds, "{nanoseconds} ns");
        }
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
