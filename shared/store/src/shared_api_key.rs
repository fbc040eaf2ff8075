//! `CredentialTable`: the API key that all functions share.

use aws_sdk_dynamodb::Client;
use client::{BoxError, BoxFuture, KeyStore, StoredApiKey};
use jiff::Timestamp;

use super::Error;
use super::attributes::{Reader, Row, number, required, text, time};
use super::error::unavailable;
use super::schema::{EXPIRES_AT, PARTITION_KEY, SCHEMA, VERSION};
use super::update::outcome;
use client::chain;
use pluggy::ClientId;

const API_KEY_ROW: &str = "API_KEY";
const API_KEY: &str = "apiKey";
const CLIENT_ID: &str = "clientId";
const ISSUED_AT: &str = "issuedAt";

/// `CredentialTable`: the shared API key.
#[derive(Clone, Debug)]
pub struct SharedApiKey {
    client: Client,
    table: String,
}

impl SharedApiKey {
    /// Creates the table named `table`.
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// Returns the shared key of an application, even if it has expired. An unreadable row, or one of another
    /// application, counts as absent and is replaced by the next key.
    pub async fn api_key(&self, client_id: ClientId) -> Result<Option<StoredApiKey>, Error> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .key(PARTITION_KEY, text(API_KEY_ROW))
            .consistent_read(true)
            .send()
            .await
            .map_err(unavailable("get the api key"))?;
        let stored = answer.item.as_ref().map(|row| from_row(row, client_id));
        Ok(stored.and_then(|stored| {
            stored
                .inspect_err(|error| {
                    tracing::error!(error = chain(error), "shared api key ignored");
                })
                .ok()
                .filter(|stored| stored.client_id == client_id)
        }))
    }

    /// Stores a key, unless a newer one of its application is stored.
    pub async fn put_api_key(&self, stored: &StoredApiKey) -> Result<(), Error> {
        let client_id = text(stored.client_id.to_string());
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .item(PARTITION_KEY, text(API_KEY_ROW))
            .item(SCHEMA, number(VERSION))
            .item(API_KEY, text(stored.key.expose()))
            .item(CLIENT_ID, client_id.clone())
            .item(ISSUED_AT, time(stored.issued_at))
            .item(EXPIRES_AT, number(stored.expires_at.as_second()))
            .condition_expression(
                "attribute_not_exists(issuedAt) OR NOT attribute_type(issuedAt, :number) \
                 OR issuedAt < :issuedAt OR (attribute_exists(clientId) AND clientId <> :clientId)",
            )
            .expression_attribute_values(":issuedAt", time(stored.issued_at))
            .expression_attribute_values(":number", text("N"))
            .expression_attribute_values(":clientId", client_id);
        outcome(put.send(), "put the api key").await.map(|_| ())
    }
}

impl KeyStore for SharedApiKey {
    fn get(&self, client_id: ClientId) -> BoxFuture<'_, Result<Option<StoredApiKey>, BoxError>> {
        Box::pin(async move { Ok(self.api_key(client_id).await?) })
    }

    fn put<'a>(&'a self, key: &'a StoredApiKey) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async move { Ok(self.put_api_key(key).await?) })
    }
}

/// Decodes a row. Rows of the first release do not name the application; there was only one.
fn from_row(row: &Row, client_id: ClientId) -> Result<StoredApiKey, Error> {
    let reader = Reader(row);
    let expires_at = reader
        .number(EXPIRES_AT)?
        .and_then(|seconds| Timestamp::from_second(seconds).ok());
    let client_id = match reader.text(CLIENT_ID)? {
        Some(id) => required(CLIENT_ID, id.parse().ok())?,
        None => client_id,
    };
    Ok(StoredApiKey {
        client_id,
        key: required(API_KEY, reader.text(API_KEY)?)?.into(),
        issued_at: required(ISSUED_AT, reader.time(ISSUED_AT)?)?,
        expires_at: required(EXPIRES_AT, expires_at)?,
    })
}
