//! What a function needs to call Pluggy.

use super::{Api, ApiKeys, BaseUrl, Client, ClientId};
use crate::aws::Aws;
use crate::env;
use crate::https::Trust;
use crate::secret::PluggySecrets;
use crate::store::Credentials;

/// Where Pluggy is, and where the credentials for it are.
#[derive(Clone, Debug)]
pub struct Config {
    /// `PLUGGY_BASE_URL`: address of the API.
    pub base_url: BaseUrl,
    /// `PLUGGY_CLIENT_ID`: our application. Keys of another one are not used.
    pub client_id: ClientId,
    /// `PLUGGY_SECRET_NAME`: name of the secret in Secrets Manager, in the function's own region.
    pub secret_name: String,
    /// `CREDENTIAL_TABLE`: the table of the shared API key.
    pub credential_table: String,
}

impl Config {
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

    /// A client for Pluggy. Makes no network call.
    pub fn client(self, aws: &Aws, trust: &Trust) -> Client {
        let api = Api::new(trust, self.base_url);
        let secrets = PluggySecrets::new(aws.secrets_manager(), self.secret_name);
        let table = Credentials::new(aws.dynamodb(), self.credential_table);
        let keys = ApiKeys::new(api.clone(), self.client_id, secrets, table);
        Client::new(api, keys)
    }
}
