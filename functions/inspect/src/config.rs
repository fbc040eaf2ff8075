//! Settings of the function.

use runtime::env::{Environment, Error};

/// Settings of the function.
#[derive(Clone, Debug)]
pub struct Config {
    /// `ITEM_TABLE`: name of the item table.
    pub item_table: String,
    /// `EVENT_TABLE`: name of the event table.
    pub event_table: String,
}

impl Config {
    /// Reads the settings.
    pub fn from_env(environment: &Environment) -> Result<Self, Error> {
        Ok(Self {
            item_table: environment.required("ITEM_TABLE")?,
            event_table: environment.required("EVENT_TABLE")?,
        })
    }
}
