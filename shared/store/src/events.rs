//! `EventTable`: every reason for a fetch, stored once.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use jiff::{SignedDuration, Timestamp};

use super::attributes::{Reader, Row, text, time};
use super::error::unavailable;
use super::event::{BODY, BODY_ENCODING, BODY_SHA256, ERASED_AT, TRUNCATED};
use super::schema::{EXPIRES_AT, PARTITION_KEY, SORT_KEY};
use super::update::{Update, Write};
use super::{Error, EventKey, NewEvent};

/// Result of storing an event. In each case the event is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Insertion {
    /// The event is new.
    Inserted,
    /// The event was already stored.
    Duplicate,
    /// Another body has its id, so it is stored beside that one.
    InsertedUnderReusedId,
}

/// `EventTable`.
#[derive(Clone, Debug)]
pub struct Events {
    pub(super) client: Client,
    pub(super) table: String,
}

impl Events {
    /// Creates the table named `table`.
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// Stores an event once, for as long as `retention`. Repeating the call with the same event changes
    /// nothing.
    pub async fn insert(
        &self,
        event: &NewEvent,
        retention: SignedDuration,
    ) -> Result<Insertion, Error> {
        let row = event.to_row(&event.key, retention);
        let Some(existing) = self.put(row).await? else {
            return Ok(Insertion::Inserted);
        };
        match &event.body {
            Some(body) if !has_digest(&existing, &body.sha256) => {
                let key = event.key.with_body_digest(&body.sha256);
                match self.put(event.to_row(&key, retention)).await? {
                    None => Ok(Insertion::InsertedUnderReusedId),
                    Some(_) => Ok(Insertion::Duplicate),
                }
            }
            _ => Ok(Insertion::Duplicate),
        }
    }

    /// Returns whether the event is stored now. An expired one counts as gone, even if DynamoDB has not removed
    /// it yet.
    pub async fn contains(&self, key: &EventKey, now: Timestamp) -> Result<bool, Error> {
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

    /// Removes the body of an event of an erased user. The row and the digest of the body stay, so that a repeated delivery
    /// is a duplicate. Returns whether there was one.
    pub async fn remove_body(&self, key: &EventKey, now: Timestamp) -> Result<bool, Error> {
        let request = self
            .client
            .update_item()
            .table_name(&self.table)
            .key(PARTITION_KEY, text(&key.partition))
            .key(SORT_KEY, text(&key.sort))
            .condition_expression("attribute_exists(body)");
        let removed = Update::new(request)
            .set(ERASED_AT, time(now))
            .remove(BODY)
            .remove(BODY_ENCODING)
            .remove(TRUNCATED)
            .send("remove the body of the event")
            .await?;
        Ok(removed == Write::Done)
    }

    /// Deletes an event.
    pub async fn delete(&self, key: &EventKey) -> Result<(), Error> {
        let delete = self.client.delete_item().table_name(&self.table);
        let delete = delete
            .key(PARTITION_KEY, text(&key.partition))
            .key(SORT_KEY, text(&key.sort));
        delete
            .send()
            .await
            .map_err(unavailable("delete the event"))?;
        Ok(())
    }

    /// Writes the row if its key is free, else returns the existing row.
    async fn put(&self, row: Row) -> Result<Option<Row>, Error> {
        let answer = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(row))
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match answer {
            Ok(_) => Ok(None),
            Err(error) => match error.as_service_error().and_then(condition_failed) {
                Some(existing) => Ok(Some(existing)),
                None => Err(unavailable("put the event")(error)),
            },
        }
    }
}

fn condition_failed(error: &PutItemError) -> Option<Row> {
    match error {
        PutItemError::ConditionalCheckFailedException(failed) => {
            Some(failed.item.clone().unwrap_or_default())
        }
        _ => None,
    }
}

fn has_digest(row: &Row, digest: &[u8]) -> bool {
    row.get(BODY_SHA256)
        .and_then(|value| value.as_b().ok())
        .is_some_and(|stored| stored.as_ref() == digest)
}
