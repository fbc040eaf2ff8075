//! Settings of the function.

use runtime::caller::Callers;
use runtime::env::{Environment, Error};

use crate::{Profiles, SandboxConnectors};

/// Settings of the function.
#[derive(Clone, Debug)]
pub struct Config {
    /// Address of Pluggy and location of its credentials.
    pub pluggy: runtime::PluggyConfig,
    /// `ITEM_TABLE`: name of the item table.
    pub item_table: String,
    /// `LIMIT_TABLE`: name of the table of the limits per user.
    pub limit_table: String,
    /// `ERASURE_SECRET_ARN`: the secret with the key of the digests of erased users.
    pub erasure_secret_arn: String,
    /// `METRICS_NAMESPACE`: the namespace of the metrics.
    pub metrics_namespace: String,
    /// The callers that the function accepts.
    pub callers: Callers,
    /// `CONNECT_PROFILES`: the named profiles, as JSON. They may list sandbox connectors only when
    /// `SANDBOX_CONNECTORS` is true.
    pub profiles: Profiles,
}

impl Config {
    /// Reads the settings.
    pub fn from_env(environment: &Environment) -> Result<Self, Error> {
        let sandbox_connectors: SandboxConnectors =
            environment.parsed("SANDBOX_CONNECTORS", "true or false")?;
        let profiles: Profiles = environment.explained("CONNECT_PROFILES")?;
        profiles
            .check(sandbox_connectors)
            .map_err(|error| Error::unusable("CONNECT_PROFILES", error))?;
        Ok(Self {
            pluggy: runtime::PluggyConfig::from_env(environment)?,
            item_table: environment.required("ITEM_TABLE")?,
            limit_table: environment.required("LIMIT_TABLE")?,
            erasure_secret_arn: environment.required("ERASURE_SECRET_ARN")?,
            metrics_namespace: environment.required("METRICS_NAMESPACE")?,
            callers: Callers::from_env(environment)?,
            profiles,
        })
    }
}
