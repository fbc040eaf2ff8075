//! Settings of `republish`.

use pluggy::ClientId;
use runtime::env::{Environment, Error};

/// Settings of `republish`.
#[derive(Clone, Debug)]
pub struct Config {
    /// `EVENT_BUS`: ARN of the bus.
    pub event_bus: String,
    /// `EVENT_TABLE`: name of the event table.
    pub event_table: String,
    /// `ITEM_TABLE`: name of the item table.
    pub item_table: String,
    /// `LIMIT_TABLE`: name of the limit table, which has the markers of erased users.
    pub limit_table: String,
    /// `ERASURE_SECRET_ARN`: the secret with the key of the digests of erased users.
    pub erasure_secret_arn: String,
    /// `PLUGGY_CLIENT_ID`: our application.
    pub client_id: ClientId,
    /// `DEAD_LETTER_QUEUE_URL`: URL of the dead-letter queue for refused entries.
    pub dead_letter_queue_url: String,
}

impl Config {
    /// Reads the settings.
    pub fn from_env(environment: &Environment) -> Result<Self, Error> {
        Ok(Self {
            event_bus: environment.required("EVENT_BUS")?,
            event_table: environment.required("EVENT_TABLE")?,
            item_table: environment.required("ITEM_TABLE")?,
            limit_table: environment.required("LIMIT_TABLE")?,
            erasure_secret_arn: environment.required("ERASURE_SECRET_ARN")?,
            client_id: environment.parsed("PLUGGY_CLIENT_ID", "a UUID")?,
            dead_letter_queue_url: environment.required("DEAD_LETTER_QUEUE_URL")?,
        })
    }
}
