//! Presence of one event, by its key.

use aws_sdk_dynamodb::Client;
use jiff::Timestamp;

use super::attributes::{Reader, text};
use super::error::unavailable;
use super::schema::{EXPIRES_AT, PARTITION_KEY, SORT_KEY};
use super::{Error, EventKey};

/// Reader of `EventTable` that checks whether an event is stored.
#[derive(Clone, Debug)]
pub struct EventPresence {
    client: Client,
    table: String,
}

impl EventPresence {
    /// Creates the reader of the table named `table`.
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// Returns whether the event is stored now. An expired event counts as gone, even if DynamoDB has not removed it
    /// yet.
    pub async fn is_there(&self, key: &EventKey, now: Timestamp) -> Result<bool, Error> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .key(PARTITION_KEY, text(&key.partition))
            .key(SORT_KEY, text(&key.sort))
            .consistent_read(true)
            .projection_expression("#expiresAt")
            .expression_attribute_names("#expiresAt", EXPIRES_AT)
            .send()
            .await
            .map_err(unavailable("get the event"))?;
        let Some(row) = answer.item else {
            return Ok(false);
        };
        let expires_at = Reader(&row).number(EXPIRES_AT)?;
        Ok(expires_at.is_some_and(|at| at > now.as_second()))
    }
}
