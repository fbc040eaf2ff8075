//! Report of one batch: the position from which the stream repeats it, and one EMF record.

use std::collections::BTreeMap;

use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use jiff::Timestamp;
use pluggy::ConnectorId;
use runtime::metrics::{EmfRecord, Metric};
use serde_json::{Value, json};

use crate::group::Signals;
use crate::outcome::Outcome;

/// Counts of metrics.
#[derive(Debug, Default)]
pub(crate) struct Counts(BTreeMap<Metric, u32>);

impl Counts {
    /// Adds one to a metric.
    pub(crate) fn add(&mut self, metric: Metric) {
        *self.0.entry(metric).or_default() += 1;
    }
}

/// The failed record, the counts of one batch, and the outcome of each item and connector.
#[derive(Debug, Default)]
pub(crate) struct BatchReport {
    pub(crate) counts: Counts,
    items: Vec<Value>,
    connectors: Vec<Value>,
    oldest: Option<Timestamp>,
    failed_from: Option<String>,
}

impl BatchReport {
    /// Records the arrival time of an event, for the longest wait of the batch.
    pub(crate) fn waited(&mut self, since: Timestamp) {
        self.oldest = Some(self.oldest.map_or(since, |oldest| oldest.min(since)));
    }

    /// Records that DynamoDB failed at this position. The stream repeats everything from here.
    pub(crate) fn failed_from(&mut self, sequence_number: String) {
        self.failed_from = Some(sequence_number);
    }

    /// Adds the outcome of an item.
    pub(crate) fn item(&mut self, signals: &Signals, outcome: Outcome) {
        if let Some(metric) = outcome.metric() {
            self.counts.add(metric);
        }
        self.items.push(json!({
            "id": signals.item_id, "events": signals.events, "outcome": outcome.as_str(),
        }));
    }

    /// Adds the outcome of a connector.
    pub(crate) fn connector(&mut self, id: ConnectorId, outcome: Outcome) {
        if outcome == Outcome::Stored {
            self.counts.add(Metric::ConnectorsStored);
        }
        self.connectors
            .push(json!({"id": id, "outcome": outcome.as_str()}));
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

    /// Returns the record of a batch that arrived at `now`.
    pub(crate) fn into_record(self, now: Timestamp) -> EmfRecord {
        let mut line = EmfRecord::new("batch handled");
        for (metric, count) in self.counts.0 {
            line.metric(metric, count);
        }
        if let Some(oldest) = self.oldest {
            let age = now.duration_since(oldest).as_millis();
            line.metric(Metric::StreamAge, age.max(0));
        }
        for (name, list) in [("items", self.items), ("connectors", self.connectors)] {
            line.property(name, (!list.is_empty()).then_some(Value::Array(list)));
        }
        line
    }
}
