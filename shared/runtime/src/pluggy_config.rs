//! Settings for calls to Pluggy.

use client::https::Trust;
use client::{Api, ApiKeys, BaseUrl, Client, CredentialsSource, KeyStore};
use pluggy::ClientId;

use crate::env;

/// Address of Pluggy, and location of its credentials.
#[derive(Clone, Debug)]
pub struct PluggyConfig {
    /// `PLUGGY_BASE_URL`: address of the API.
    pub base_url: BaseUrl,
    /// `PLUGGY_CLIENT_ID`: our application. Keys of another one are refused.
    pub client_id: ClientId,
    /// `PLUGGY_SECRET_NAME`: name of the secret in Secrets Manager, in the function's own region.
    pub secret_name: String,
    /// `CREDENTIAL_TABLE`: the table of the shared API key.
    pub credential_table: String,
}

impl PluggyConfig {
    /// Reads the configuration.
    pub fn from_env(environment: &env::Environment) -> Result<Self, env::Error> {
        Ok(Self {
            base_url: environment.parsed(
                "PLUGGY_BASE_URL",
                "an https URL, or an http one on the loopback",
            )?,
            client_id: environment.parsed("PLUGGY_CLIENT_ID", "a UUID")?,
            secret_name: environment.required("PLUGGY_SECRET_NAME")?,
            credential_table: environment.required("CREDENTIAL_TABLE")?,
        })
    }

    /// Returns a client for Pluggy. Makes no network call.
    ///
    /// `credentials` reads the secret `secret_name`; `keys` is the store of `credential_table`.
    pub fn client(
        self,
        trust: &Trust,
        credentials: impl CredentialsSource + 'static,
        keys: impl KeyStore + 'static,
    ) -> Client {
        let api = Api::new(trust, self.base_url);
        let keys = ApiKeys::new(api.clone(), self.client_id, credentials, keys);
        Client::new(api, keys)
    }
}
