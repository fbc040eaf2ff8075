//! Settings of the function.

use shared::env::{Environment, Error};
use shared::pluggy;

/// Settings of the function.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where Pluggy is.
    pub pluggy: pluggy::Config,
    /// `ITEM_TABLE`: name of the item table.
    pub item_table: String,
    /// `METRICS_NAMESPACE`: the namespace of the metrics.
    pub metrics_namespace: String,
}

impl Config {
    /// Reads the settings.
    pub fn from_env(environment: &Environment) -> Result<Self, Error> {
        Ok(Self {
            pluggy: pluggy::Config::from_env(environment)?,
            item_table: environment.required("ITEM_TABLE")?,
            metrics_namespace: environment.required("METRICS_NAMESPACE")?,
        })
    }
}
