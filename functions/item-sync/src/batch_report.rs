//! Report of one batch, written as one EMF record.

use std::collections::BTreeMap;

use jiff::Timestamp;
use pluggy::ConnectorId;
use runtime::metrics::{EmfRecord, Metric};
use serde_json::{Value, json};

use crate::group::Signals;
use crate::outcome::Outcome;

/// The counts of one batch, and the outcome of each item and connector.
#[derive(Debug, Default)]
pub(crate) struct BatchReport {
    counts: BTreeMap<Metric, u32>,
    items: Vec<Value>,
    connectors: Vec<Value>,
    oldest: Option<Timestamp>,
}

impl BatchReport {
    /// Adds one to a metric.
    pub(crate) fn count(&mut self, metric: Metric) {
        *self.counts.entry(metric).or_default() += 1;
    }

    /// Records the arrival time of an event, for the longest wait of the batch.
    pub(crate) fn waited(&mut self, since: Timestamp) {
        self.oldest = Some(self.oldest.map_or(since, |oldest| oldest.min(since)));
    }

    /// Adds the outcome of an item.
    pub(crate) fn item(&mut self, signals: &Signals, outcome: Outcome) {
        if let Some(metric) = outcome.metric() {
            self.count(metric);
        }
        self.items.push(json!({
            "id": signals.item_id, "events": signals.events, "outcome": outcome.as_str(),
        }));
    }

    /// Adds the outcome of a connector.
    pub(crate) fn connector(&mut self, id: ConnectorId, outcome: Outcome) {
        if outcome == Outcome::Stored {
            self.count(Metric::ConnectorsStored);
        }
        self.connectors
            .push(json!({"id": id, "outcome": outcome.as_str()}));
    }

    /// Returns the record of a batch that arrived at `now`.
    pub(crate) fn into_record(self, now: Timestamp) -> EmfRecord {
        let mut line = EmfRecord::new("batch handled");
        for (metric, count) in self.counts {
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
