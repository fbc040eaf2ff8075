//! Settings of the function.

use runtime::env::{Environment, Error};

/// Settings of the function.
#[derive(Clone, Debug)]
pub struct Config {
    /// `ITEM_TABLE`: name of the item table.
    pub item_table: String,
    /// `OWNER_CLAIM`: the claim of the JWT that names the user.
    pub owner_claim: String,
}

impl Config {
    /// Reads the settings.
    pub fn from_env(environment: &Environment) -> Result<Self, Error> {
        Ok(Self {
            item_table: environment.required("ITEM_TABLE")?,
            owner_claim: environment.required("OWNER_CLAIM")?,
        })
    }
}
