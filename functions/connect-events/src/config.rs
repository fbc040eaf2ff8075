//! Settings of the function.

use runtime::caller::Callers;
use runtime::env::{Environment, Error};

/// Settings of the function.
#[derive(Clone, Debug)]
pub struct Config {
    /// `EVENT_TABLE`: name of the event table.
    pub event_table: String,
    /// `LIMIT_TABLE`: name of the table of the limits per user.
    pub limit_table: String,
    /// The callers that the function accepts.
    pub callers: Callers,
    /// `METRICS_NAMESPACE`: the namespace of the metrics.
    pub metrics_namespace: String,
}

impl Config {
    /// Reads the settings.
    pub fn from_env(environment: &Environment) -> Result<Self, Error> {
        Ok(Self {
            event_table: environment.required("EVENT_TABLE")?,
            limit_table: environment.required("LIMIT_TABLE")?,
            callers: Callers::from_env(environment)?,
            metrics_namespace: environment.required("METRICS_NAMESPACE")?,
        })
    }
}
