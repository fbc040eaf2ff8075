//! Settings of the function.

use jiff::SignedDuration;
use runtime::env::{Environment, Error};

use crate::LogRetention;

/// Settings of the function.
#[derive(Clone, Debug)]
pub struct Config {
    /// Address of Pluggy and location of its credentials.
    pub pluggy: runtime::PluggyConfig,
    /// `ITEM_TABLE`: name of the item table.
    pub item_table: String,
    /// `EVENT_TABLE`: name of the event table.
    pub event_table: String,
    /// `LIMIT_TABLE`: name of the limit table, which has the markers and the progress.
    pub limit_table: String,
    /// `ERASURE_SECRET_ARN`: the secret with the key of the digests of erased users.
    pub erasure_secret_arn: String,
    /// `EVENT_BUS`: ARN of the bus; none if the stack publishes no events.
    pub event_bus: Option<String>,
    /// `LOG_RETENTION_DAYS` and `API_LOG_RETENTION_DAYS`: how long logs are kept.
    pub log_retention: LogRetention,
}

impl Config {
    /// Reads the settings.
    pub fn from_env(environment: &Environment) -> Result<Self, Error> {
        let days = |name| -> Result<SignedDuration, Error> { environment.days(name) };
        Ok(Self {
            pluggy: runtime::PluggyConfig::from_env(environment)?,
            item_table: environment.required("ITEM_TABLE")?,
            event_table: environment.required("EVENT_TABLE")?,
            limit_table: environment.required("LIMIT_TABLE")?,
            erasure_secret_arn: environment.required("ERASURE_SECRET_ARN")?,
            event_bus: environment.optional("EVENT_BUS"),
            log_retention: LogRetention {
                functions: days("LOG_RETENTION_DAYS")?,
                api: days("API_LOG_RETENTION_DAYS")?,
            },
        })
    }
}
