//! Settings of the function.

use runtime::caller::Callers;
use runtime::env::{Environment, Error};

/// Settings of the function.
#[derive(Clone, Debug)]
pub struct Config {
    /// `ITEM_TABLE`: name of the item table.
    pub item_table: String,
    /// The callers that the function accepts.
    pub callers: Callers,
}

impl Config {
    /// Reads the settings.
    pub fn from_env(environment: &Environment) -> Result<Self, Error> {
        Ok(Self {
            item_table: environment.required("ITEM_TABLE")?,
            callers: Callers::from_env(environment)?,
        })
    }
}
