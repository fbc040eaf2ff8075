//! Settings of the function.

use jiff::SignedDuration;
use pluggy::ClientId;
use runtime::env::{Environment, Error};

use crate::AcceptedSecrets;

/// Settings of the function.
#[derive(Clone, Debug)]
pub struct Config {
    /// `EVENT_TABLE`: name of the event table.
    pub event_table: String,
    /// `EVENT_RETENTION_DAYS`: how long events are kept.
    pub event_retention: SignedDuration,
    /// `PLUGGY_CLIENT_ID`: our application.
    pub client_id: ClientId,
    /// `WEBHOOK_SECRET_HEADER` and `WEBHOOK_SECRET_SHA256`: the accepted secrets of a delivery.
    pub secrets: AcceptedSecrets,
    /// `METRICS_NAMESPACE`: the namespace of the metrics.
    pub metrics_namespace: String,
}

impl Config {
    /// Reads the settings. Without a digest the function starts and responds to every delivery with 503.
    pub fn from_env(environment: &Environment) -> Result<Self, Error> {
        Ok(Self {
            event_table: environment.required("EVENT_TABLE")?,
            event_retention: environment.days("EVENT_RETENTION_DAYS")?,
            client_id: environment.parsed("PLUGGY_CLIENT_ID", "a UUID")?,
            secrets: AcceptedSecrets::from_env(environment)?,
            metrics_namespace: environment.required("METRICS_NAMESPACE")?,
        })
    }
}
