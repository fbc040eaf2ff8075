//! Report of one batch: the position from which the stream repeats it, and one EMF record.

use std::collections::BTreeMap;

use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use client::chain;
use runtime::metrics::{EmfRecord, Metric};
use serde_json::{Value, json};

use crate::Handled;
use crate::group::{Group, TargetSignals};
use crate::outcome::Outcome;

/// Counts of metrics.
#[derive(Debug, Default)]
pub(crate) struct Counts(BTreeMap<Metric, u32>);

impl Counts {
    /// Adds one to a metric.
    pub(crate) fn add(&mut self, metric: Metric) {
        *self.0.entry(metric).or_default() += 1;
    }

    fn add_all(&mut self, others: Self) {
        for (metric, count) in others.0 {
            *self.0.entry(metric).or_default() += count;
        }
    }
}

/// The failed record, the counts of one batch, and the outcome of each item and connector.
#[derive(Debug, Default)]
pub(crate) struct BatchReport {
    counts: Counts,
    items: Vec<Value>,
    connectors: Vec<Value>,
    failed_from: Option<String>,
}

impl BatchReport {
    /// Adds the result of one fetch. The results come in the order of their first records.
    pub(crate) fn add(&mut self, group: &Group, handled: Handled) {
        self.counts.add_all(handled.counts);
        match handled.outcome {
            Ok(outcome) => self.add_outcome(&group.signals, outcome),
            Err(error) => self.refuse(group, &error),
        }
    }

    /// Records that DynamoDB refused this group. The stream repeats everything from the first one that was refused.
    pub(crate) fn refuse(&mut self, group: &Group, error: &store::Error) {
        tracing::error!(
            error = chain(error),
            stream.sequence_number = group.first_sequence_number,
            "batch not handled from here on"
        );
        self.failed_from
            .get_or_insert_with(|| group.first_sequence_number.clone());
    }

    /// Adds one to a metric.
    pub(crate) fn count(&mut self, metric: Metric) {
        self.counts.add(metric);
    }

    fn add_outcome(&mut self, signals: &TargetSignals, outcome: Outcome) {
        match signals {
            TargetSignals::Item(signals) => {
                if let Some(metric) = outcome.metric() {
                    self.counts.add(metric);
                }
                self.items.push(json!({
                    "id": signals.item_id, "events": signals.events, "outcome": outcome.as_str(),
                }));
            }
            TargetSignals::Connector(signals) => {
                if outcome == Outcome::Stored {
                    self.counts.add(Metric::ConnectorsStored);
                }
                self.connectors
                    .push(json!({"id": signals.id, "outcome": outcome.as_str()}));
            }
        }
    }

    /// Returns the response to the stream.
    pub(crate) fn response(&self) -> DynamoDbEventResponse {
        let mut response = DynamoDbEventResponse::default();
        if let Some(sequence_number) = &self.failed_from {
            let mut failure = DynamoDbBatchItemFailure::default();
            failure.item_identifier = Some(sequence_number.clone());
            response.batch_item_failures.push(failure);
        }
        response
    }

    /// Returns the record of the batch.
    pub(crate) fn into_record(self) -> EmfRecord {
        let mut line = EmfRecord::new("batch handled");
        for (metric, count) in self.counts.0 {
            line.metric(metric, count);
        }
        for (name, list) in [("items", self.items), ("connectors", self.connectors)] {
            line.property(name, (!list.is_empty()).then_some(Value::Array(list)));
        }
        line
    }
}
