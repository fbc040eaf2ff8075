//! Settings of the function.

use runtime::env::{Environment, Error};

/// Settings of the function.
#[derive(Clone, Debug)]
pub struct Config {
    /// Address of Pluggy and location of its credentials.
    pub pluggy: runtime::PluggyConfig,
    /// `ITEM_TABLE`: name of the item table.
    pub item_table: String,
    /// `LIMIT_TABLE`: name of the limit table.
    pub limit_table: String,
    /// `ERASURE_SECRET_ARN`: the secret with the key of the digests of erased users.
    pub erasure_secret_arn: String,
    /// `METRICS_NAMESPACE`: the namespace of the metrics.
    pub metrics_namespace: String,
}

impl Config {
    /// Reads the settings.
    pub fn from_env(environment: &Environment) -> Result<Self, Error> {
        Ok(Self {
            pluggy: runtime::PluggyConfig::from_env(environment)?,
            item_table: environment.required("ITEM_TABLE")?,
            limit_table: environment.required("LIMIT_TABLE")?,
            erasure_secret_arn: environment.required("ERASURE_SECRET_ARN")?,
            metrics_namespace: environment.required("METRICS_NAMESPACE")?,
        })
    }
}
