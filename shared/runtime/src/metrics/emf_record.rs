//! One EMF record: a log line with metrics.

use jiff::Timestamp;
use lambda_http::Request;
use serde_json::{Map, Value, json};

use super::{Dimension, Metric, Unit};
use crate::clock;
use crate::problem::request_id;
use crate::telemetry::VERSION;

/// The EMF record of one invocation: a message, metrics, and properties.
#[derive(Clone, Debug)]
pub struct EmfRecord {
    message: &'static str,
    metrics: Vec<(Metric, i64)>,
    /// Dimensions of the metrics that have one.
    dimensions: Vec<(Metric, Dimension)>,
    properties: Map<String, Value>,
}

impl EmfRecord {
    /// Creates a record with this constant, lower-case message.
    pub fn new(message: &'static str) -> Self {
        Self {
            message,
            metrics: Vec::new(),
            dimensions: Vec::new(),
            properties: Map::new(),
        }
    }

    /// Creates a record with a message and Lambda's id of the request, which the access log of the API has too. Other
    /// lines have it from the runtime.
    pub fn of_request(message: &'static str, request: &Request) -> Self {
        let mut record = Self::new(message);
        record.property("requestId", json!(request_id(request)));
        record
    }

    /// Adds a value. A count of zero is left out, because it would cost as much as any other.
    pub fn metric(&mut self, metric: Metric, value: impl TryInto<i64>) {
        let value = value.try_into().unwrap_or(i64::MAX);
        if value != 0 || metric.is_gauge() {
            self.metrics.push((metric, value));
        }
    }

    /// Adds a value of a metric in one dimension.
    pub fn metric_of(&mut self, dimension: Dimension, metric: Metric, value: impl TryInto<i64>) {
        self.dimensions.push((metric, dimension));
        self.metric(metric, value);
    }

    /// Whether the record has a metric.
    pub fn has_metrics(&self) -> bool {
        !self.metrics.is_empty()
    }

    /// Adds a property that is not a metric, such as `event.kind`, unless it is `None`. It must not be secret
    /// or personal.
    pub fn property(&mut self, name: &'static str, value: impl Into<Option<Value>>) {
        if let Some(value) = value.into() {
            self.properties.insert(name.to_owned(), value);
        }
    }

    pub(super) fn into_json(self, namespace: &str, now: Timestamp) -> Value {
        let mut line = Map::from_iter([
            // CloudWatch stores nothing finer, and each byte of a line costs.
            ("timestamp".to_owned(), json!(clock::in_milliseconds(now))),
            ("version".to_owned(), json!(VERSION)),
            ("level".to_owned(), json!("INFO")),
            ("message".to_owned(), json!(self.message)),
        ]);
        if !self.metrics.is_empty() {
            line.insert(
                "_aws".to_owned(),
                json!({
                    "Timestamp": now.as_millisecond(),
                    "CloudWatchMetrics": self.directives(namespace),
                }),
            );
        }
        for (_, dimension) in self.dimensions {
            line.insert(dimension.name().to_owned(), json!(dimension.value()));
        }
        for (metric, value) in self.metrics {
            line.insert(metric.as_str().to_owned(), json!(value));
        }
        line.extend(self.properties);
        Value::Object(line)
    }

    /// Returns the metric directives: those without a dimension, and those of each dimension.
    fn directives(&self, namespace: &str) -> Vec<Value> {
        let mut directives: Vec<(Option<Dimension>, Vec<Value>)> = Vec::new();
        for (metric, _) in &self.metrics {
            let dimension = self.dimension(*metric);
            let metric = match metric.unit() {
                // Each byte of a line costs, and a count is clear without its unit.
                Unit::Count => json!({"Name": metric.as_str()}),
                unit @ Unit::Seconds => json!({"Name": metric.as_str(), "Unit": unit.as_str()}),
            };
            match directives.iter_mut().find(|(of, _)| *of == dimension) {
                Some((_, metrics)) => metrics.push(metric),
                None => directives.push((dimension, vec![metric])),
            }
        }
        directives
            .into_iter()
            .map(|(dimension, metrics)| {
                let names: Vec<&str> = dimension.iter().map(|dimension| dimension.name()).collect();
                json!({"Namespace": namespace, "Dimensions": [names], "Metrics": metrics})
            })
            .collect()
    }

    fn dimension(&self, metric: Metric) -> Option<Dimension> {
        let mut dimensions = self.dimensions.iter();
        let (_, dimension) = dimensions.find(|(of, _)| *of == metric)?;
        Some(*dimension)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_what_cloudwatch_needs_at_its_root() {
        let now = "2026-11-23T12:00:00Z".parse().unwrap();
        let mut line = EmfRecord::new("delivery answered");
        line.metric(Metric::DeliveriesStored, 1_u32);
        line.metric(Metric::DeliveriesDuplicate, 0_u32);
        line.property("event.kind", json!("item/updated"));
        line.property("event.id", None);

        assert_eq!(
            line.into_json("pluggy-lambda", now),
            json!({
                "timestamp": "2026-11-23T12:00:00Z",
                "version": VERSION,
                "level": "INFO",
                "message": "delivery answered",
                "_aws": {
                    "Timestamp": 1_795_435_200_000_i64,
                    "CloudWatchMetrics": [{
                        "Namespace": "pluggy-lambda",
                        "Dimensions": [[]],
                        "Metrics": [{"Name": "DeliveriesStored"}],
                    }],
                },
                "DeliveriesStored": 1,
                "event.kind": "item/updated",
            })
        );
    }

    #[test]
    fn the_time_of_a_line_has_milliseconds_and_nothing_finer() {
        let now = "2026-11-23T12:00:00.123456789Z".parse().unwrap();

        let line = EmfRecord::new("delivery answered").into_json("pluggy-lambda", now);

        assert_eq!(line["timestamp"], "2026-11-23T12:00:00.123Z");
    }

    #[test]
    fn a_figure_of_one_kind_is_kept_apart_from_the_others() {
        let mut line = EmfRecord::new("connect event answered");
        line.metric_of(
            Dimension::ConnectEvent("onSuccess"),
            Metric::ConnectEvents,
            1,
        );
        line.metric(Metric::HintsStored, 1);

        let line = line.into_json("pluggy-lambda", Timestamp::UNIX_EPOCH);

        assert_eq!(
            line["_aws"]["CloudWatchMetrics"],
            json!([
                {
                    "Namespace": "pluggy-lambda",
                    "Dimensions": [["ConnectEvent"]],
                    "Metrics": [{"Name": "ConnectEvents"}],
                },
                {
                    "Namespace": "pluggy-lambda",
                    "Dimensions": [[]],
                    "Metrics": [{"Name": "HintsStored"}],
                },
            ])
        );
        assert_eq!(line["ConnectEvent"], "onSuccess");
        assert_eq!(
            (&line["ConnectEvents"], &line["HintsStored"]),
            (&json!(1), &json!(1))
        );
    }

    #[test]
    fn a_gauge_is_emitted_even_when_it_is_zero() {
        let mut line = EmfRecord::new("due items checked");
        line.metric(Metric::OldestOverdue, 0_i64);

        let line = line.into_json("pluggy-lambda", Timestamp::UNIX_EPOCH);

        assert_eq!(line["OldestOverdue"], 0);
        assert_eq!(
            line["_aws"]["CloudWatchMetrics"][0]["Metrics"],
            json!([{"Name": "OldestOverdue", "Unit": "Seconds"}])
        );
    }
}
