//! One line of the log that holds metrics.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::Metric;

/// What one invocation did: a message, metrics, and what the metrics were made of.
#[derive(Clone, Debug)]
pub struct Line {
    message: &'static str,
    metrics: Vec<(Metric, i64)>,
    properties: Map<String, Value>,
}

impl Line {
    /// A line with this constant, lower-case message.
    pub fn new(message: &'static str) -> Self {
        Self {
            message,
            metrics: Vec::new(),
            properties: Map::new(),
        }
    }

    /// Adds a figure. A count of nothing is left out: it would cost as much as one of something.
    pub fn metric(&mut self, metric: Metric, value: impl TryInto<i64>) {
        let value = value.try_into().unwrap_or(i64::MAX);
        if value != 0 || metric.is_gauge() {
            self.metrics.push((metric, value));
        }
    }

    /// Adds what is no figure, such as `event.kind`; nothing if there is none. Never something
    /// secret or personal.
    pub fn property(&mut self, name: &'static str, value: impl Into<Option<Value>>) {
        if let Some(value) = value.into() {
            self.properties.insert(name.to_owned(), value);
        }
    }

    pub(super) fn into_json(self, namespace: &str, now: Timestamp) -> Value {
        let mut line = Map::from_iter([
            ("timestamp".to_owned(), json!(now)),
            ("level".to_owned(), json!("INFO")),
            ("message".to_owned(), json!(self.message)),
        ]);
        if !self.metrics.is_empty() {
            let metrics: Vec<Value> = self
                .metrics
                .iter()
                .map(|(metric, _)| json!({"Name": metric.as_str(), "Unit": metric.unit().as_str()}))
                .collect();
            line.insert(
                "_aws".to_owned(),
                json!({
                    "Timestamp": now.as_millisecond(),
                    "CloudWatchMetrics": [
                        {"Namespace": namespace, "Dimensions": [[]], "Metrics": metrics},
                    ],
                }),
            );
        }
        for (metric, value) in self.metrics {
            line.insert(metric.as_str().to_owned(), json!(value));
        }
        line.extend(self.properties);
        Value::Object(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_what_cloudwatch_needs_at_its_root() {
        let now = "2026-11-23T12:00:00Z".parse().unwrap();
        let mut line = Line::new("delivery answered");
        line.metric(Metric::DeliveriesStored, 1_u32);
        line.metric(Metric::DeliveriesDuplicate, 0_u32);
        line.property("event.kind", json!("item/updated"));
        line.property("event.id", None);

        assert_eq!(
            line.into_json("pluggy-lambda", now),
            json!({
                "timestamp": "2026-11-23T12:00:00Z",
                "level": "INFO",
                "message": "delivery answered",
                "_aws": {
                    "Timestamp": 1_795_435_200_000_i64,
                    "CloudWatchMetrics": [{
                        "Namespace": "pluggy-lambda",
                        "Dimensions": [[]],
                        "Metrics": [{"Name": "DeliveriesStored", "Unit": "Count"}],
                    }],
                },
                "DeliveriesStored": 1,
                "event.kind": "item/updated",
            })
        );
    }

    #[test]
    fn a_gauge_is_told_even_when_it_is_zero() {
        let mut line = Line::new("due items checked");
        line.metric(Metric::OldestOverdue, 0_i64);

        let line = line.into_json("pluggy-lambda", Timestamp::UNIX_EPOCH);

        assert_eq!(line["OldestOverdue"], 0);
    }
}
