//! Settings of the function.

use jiff::SignedDuration;
use pluggy::ClientId;
use runtime::env::{Environment, Error};

/// Settings of the function.
#[derive(Clone, Debug)]
pub struct Config {
    /// `ITEM_TABLE`: name of the item table.
    pub item_table: String,
    /// `EVENT_TABLE`: name of the event table.
    pub event_table: String,
    /// `EVENT_RETENTION_DAYS`: how long events are kept.
    pub event_retention: SignedDuration,
    /// `LIMIT_TABLE`: name of the limit table, which counts what users do and has the markers of erased users.
    pub limit_table: String,
    /// `ERASURE_SECRET_ARN`: the secret with the key of the digests of erased users.
    pub erasure_secret_arn: String,
    /// `PLUGGY_CLIENT_ID`: our application.
    pub client_id: ClientId,
}

impl Config {
    /// Reads the settings.
    pub fn from_env(environment: &Environment) -> Result<Self, Error> {
        Ok(Self {
            item_table: environment.required("ITEM_TABLE")?,
            event_table: environment.required("EVENT_TABLE")?,
            event_retention: environment.days("EVENT_RETENTION_DAYS")?,
            limit_table: environment.required("LIMIT_TABLE")?,
            erasure_secret_arn: environment.required("ERASURE_SECRET_ARN")?,
            client_id: environment.parsed("PLUGGY_CLIENT_ID", "a UUID")?,
        })
    }
}
