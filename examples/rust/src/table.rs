//! The table of the transactions and of the applied events.
//!
//! Its conditional writes give the same rows for any number and any order of deliveries.

use std::collections::HashSet;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;
use pluggy::{AccountId, ItemId, Transaction, TransactionId};

use crate::event::EventId;
use crate::row::{self, Applied, Row};

/// The number of concurrent writes. One batch write would be one call, but has no conditions.
const CONCURRENT_WRITES: usize = 8;

/// The table.
#[derive(Clone, Debug)]
pub struct Table {
    client: Client,
    name: String,
}

/// The table did not respond properly: it is throttled, unreachable, or misconfigured. A retry may succeed.
#[derive(Debug, thiserror::Error)]
#[error("dynamodb gave no good answer: {reason}")]
pub struct Unavailable {
    /// The table's error. It never contains a row's content.
    reason: String,
}

impl Table {
    /// Returns the table with this name.
    pub fn new(client: Client, name: String) -> Self {
        Self { client, name }
    }

    /// Returns whether an event was applied before.
    pub async fn has_applied(&self, id: &EventId) -> Result<bool, Unavailable> {
        self.exists(row::event_key(id)).await
    }

    /// Returns whether the item's user was erased lately.
    pub async fn is_erased(&self, item_id: ItemId) -> Result<bool, Unavailable> {
        self.exists(row::erased_key(item_id)).await
    }

    async fn exists(&self, key: Row) -> Result<bool, Unavailable> {
        let get = self.client.get_item().table_name(&self.name);
        let answer = get
            .set_key(Some(key))
            .consistent_read(true)
            .send()
            .await
            .map_err(unavailable)?;
        Ok(answer.item.is_some())
    }

    /// Stores that an event was applied. Another invocation may have applied and stored it at the same time.
    pub async fn put_applied(
        &self,
        event: &Applied<'_>,
        now: Timestamp,
    ) -> Result<(), Unavailable> {
        let put = self.put_row(row::of_event(event, now));
        unless_refused(put.condition_expression("attribute_not_exists(pk)")).await
    }

    /// Stores Pluggy's response about an account to a request sent at `fetched_at`, except where a transaction is deleted
    /// or has a later response.
    pub async fn put(
        &self,
        account_id: AccountId,
        transactions: &[Transaction],
        item_id: ItemId,
        fetched_at: Timestamp,
    ) -> Result<(), Unavailable> {
        let puts = transactions.iter().map(|transaction| {
            let row = row::of_transaction(account_id, transaction, item_id, fetched_at);
            self.put_row(row)
                .condition_expression(
                    "attribute_not_exists(pk) \
                     OR (attribute_not_exists(deleted) AND fetchedAt <= :fetchedAt)",
                )
                .expression_attribute_values(":fetchedAt", row::time(fetched_at))
        });
        all(puts).await
    }

    /// Marks transactions as deleted, whatever their rows contain.
    pub async fn put_deleted(
        &self,
        account_id: AccountId,
        ids: &[TransactionId],
        now: Timestamp,
    ) -> Result<(), Unavailable> {
        let rows = ids.iter().map(|id| row::of_deleted(account_id, *id, now));
        all(rows.map(|row| self.put_row(row))).await
    }

    /// Stores that the items' user was erased, so that a fetch from before deletes what it stores.
    pub async fn put_erased(&self, items: &[ItemId], now: Timestamp) -> Result<(), Unavailable> {
        let rows = items.iter().map(|id| row::of_erased(*id, now));
        all(rows.map(|row| self.put_row(row))).await
    }

    /// Returns the keys of the items' transactions in the page after `after`, and where the next page begins. The whole
    /// table is read: it has no index by item.
    pub(crate) async fn keys_of(
        &self,
        items: &HashSet<String>,
        after: Option<Row>,
    ) -> Result<(Vec<Row>, Option<Row>), Unavailable> {
        let scan = self.client.scan().table_name(&self.name);
        let page = scan
            .consistent_read(true)
            .filter_expression("attribute_exists(itemId)")
            .projection_expression("pk, sk, itemId")
            .set_exclusive_start_key(after)
            .send()
            .await
            .map_err(unavailable)?;
        let is_of_items = |row: &Row| {
            let item_id = row.get(row::ITEM_ID).and_then(|value| value.as_s().ok());
            item_id.is_some_and(|item_id| items.contains(item_id))
        };
        let keys = page.items.unwrap_or_default().into_iter();
        let keys = keys.filter(is_of_items).map(|mut row| {
            row.remove(row::ITEM_ID);
            row
        });
        Ok((keys.collect(), page.last_evaluated_key))
    }

    /// Deletes the rows with these keys.
    pub(crate) async fn delete(&self, keys: Vec<Row>) -> Result<(), Unavailable> {
        let deletions = keys.into_iter().map(async |key| {
            let delete = self.client.delete_item().table_name(&self.name);
            let deleted = delete.set_key(Some(key)).send().await;
            deleted.map(drop).map_err(unavailable)
        });
        let deletions = stream::iter(deletions).buffer_unordered(CONCURRENT_WRITES);
        deletions.try_collect().await
    }

    fn put_row(&self, row: Row) -> PutItemFluentBuilder {
        let put = self.client.put_item().table_name(&self.name);
        put.set_item(Some(row))
    }
}

/// Runs a few writes at a time, until all are done or one fails.
async fn all(puts: impl Iterator<Item = PutItemFluentBuilder>) -> Result<(), Unavailable> {
    let writes = stream::iter(puts.map(unless_refused));
    writes
        .buffer_unordered(CONCURRENT_WRITES)
        .try_collect()
        .await
}

/// Runs one write. If its condition fails, the row is already correct.
async fn unless_refused(put: PutItemFluentBuilder) -> Result<(), Unavailable> {
    match put.send().await {
        Ok(_) => Ok(()),
        Err(error)
            if error
                .as_service_error()
                .is_some_and(PutItemError::is_conditional_check_failed_exception) =>
        {
            Ok(())
        }
        Err(error) => Err(unavailable(error)),
    }
}

fn unavailable<E: ProvideErrorMetadata + std::error::Error, R>(
    error: SdkError<E, R>,
) -> Unavailable {
    Unavailable {
        reason: store::reason(&error),
    }
}
