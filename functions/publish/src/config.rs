//! Settings of `publish`.

use runtime::env::{Environment, Error};

/// Settings of `publish`.
#[derive(Clone, Debug)]
pub struct Config {
    /// `EVENT_BUS`: ARN of the bus.
    pub event_bus: String,
    /// `EVENT_TABLE`: name of the event table, which an event names for a body that does not fit.
    pub event_table: String,
    /// `LIMIT_TABLE`: name of the limit table, which has the markers of erased users.
    pub limit_table: String,
    /// `ERASURE_SECRET_ARN`: the secret with the key of the digests of erased users.
    pub erasure_secret_arn: String,
    /// `METRICS_NAMESPACE`: the namespace of the metrics.
    pub metrics_namespace: String,
    /// `DEAD_LETTER_QUEUE_URL`: URL of the dead-letter queue for refused entries.
    pub dead_letter_queue_url: String,
}

impl Config {
    /// Reads the settings.
    pub fn from_env(environment: &Environment) -> Result<Self, Error> {
        Ok(Self {
            event_bus: environment.required("EVENT_BUS")?,
            event_table: environment.required("EVENT_TABLE")?,
            limit_table: environment.required("LIMIT_TABLE")?,
            erasure_secret_arn: environment.required("ERASURE_SECRET_ARN")?,
            metrics_namespace: environment.required("METRICS_NAMESPACE")?,
            dead_letter_queue_url: environment.required("DEAD_LETTER_QUEUE_URL")?,
        })
    }
}
