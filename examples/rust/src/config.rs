//! Settings of the function.

use runtime::env::{Environment, Error};

/// Settings of the function.
#[derive(Clone, Debug)]
pub struct Config {
    /// The configuration of Pluggy.
    pub pluggy: runtime::PluggyConfig,
    /// `TRANSACTION_TABLE`: name of the table of transactions.
    pub transaction_table: String,
}

impl Config {
    /// Reads the settings.
    pub fn from_env(environment: &Environment) -> Result<Self, Error> {
        Ok(Self {
            pluggy: runtime::PluggyConfig::from_env(environment)?,
            transaction_table: environment.required("TRANSACTION_TABLE")?,
        })
    }
}
