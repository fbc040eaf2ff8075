//! `ItemTable`: the state of each item, guarded against going back in time.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::KeysAndAttributes;
use jiff::Timestamp;

use super::attributes::{Reader, Row, number, required, text, time};
use super::error::unavailable;
use super::item_row::{IS_DUE, MISSING_SINCE, READ_AT, created_at_item_id, from_row, to_row};
use super::key::{item_id, item_key};
use super::schema::{BY_DUE, BY_OWNER, CHECK_AT, CREATED_AT_ITEM_ID, DUE, OWNER, PARTITION_KEY};
use super::{Cursor, Error, Reading, Schedule, StoredItem};
use crate::pluggy::{ClientUserId, ItemId};

/// Unprocessed keys of a batch are asked for again this often; the SDK already retries throttled calls.
const BATCH_ROUNDS: usize = 3;

/// What became of a guarded write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    /// The row is as we said.
    Done,
    /// The row holds something newer, or belongs to another user; it is unchanged.
    Stale,
}

/// An item whose check is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueItem {
    /// The item.
    pub item_id: ItemId,
    /// Since when.
    pub check_at: Timestamp,
}

/// Some of a user's items, newest first.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnedPage {
    /// The items.
    pub items: Vec<StoredItem>,
    /// Where the next page begins; none if this is the last.
    pub next: Option<Cursor>,
}

/// `ItemTable`.
#[derive(Clone, Debug)]
pub struct Items {
    client: Client,
    table: String,
}

impl Items {
    /// The table named `table`.
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// The item's row, as it is at this moment.
    pub async fn get(&self, id: ItemId) -> Result<Option<StoredItem>, Error> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .key(PARTITION_KEY, text(item_key(id)))
            .consistent_read(true)
            .send()
            .await
            .map_err(unavailable("get the item"))?;
        answer.item.as_ref().map(from_row).transpose()
    }

    /// Writes what Pluggy answered, unless the row holds a newer answer, belongs to another user, or is a tombstone made
    /// after the request was sent.
    pub async fn put_reading(
        &self,
        stored: &StoredItem,
        reading: &Reading,
    ) -> Result<Write, Error> {
        let newer = match reading.version() {
            Some(_) => {
                "(attribute_not_exists(readAt) OR version < :version \
                 OR ((attribute_not_exists(version) OR version = :version) AND readAt <= :readAt))"
            }
            None => "(attribute_not_exists(readAt) OR readAt <= :readAt)",
        };
        let same_owner = match &stored.owner {
            Some(_) => "(attribute_not_exists(#owner) OR #owner = :owner)",
            None => "attribute_not_exists(#owner)",
        };
        let condition = format!(
            "attribute_not_exists(pk) OR \
             ((attribute_not_exists(deletedAt) OR readAt < :readAt) AND {same_owner} AND {newer})"
        );
        let put = self
            .put(stored)
            .condition_expression(condition)
            .expression_attribute_names("#owner", OWNER)
            .expression_attribute_values(":readAt", time(reading.read_at));
        let put = match reading.version() {
            Some(version) => put.expression_attribute_values(":version", time(version)),
            None => put,
        };
        let put = match &stored.owner {
            Some(owner) => put.expression_attribute_values(":owner", text(owner.as_str())),
            None => put,
        };
        guarded(put, "put the item").await
    }

    /// Puts a tombstone in place of an item that is proven to be gone, unless a newer answer is there. No row, no
    /// tombstone.
    pub async fn put_tombstone(
        &self,
        id: ItemId,
        created_at: Timestamp,
        deleted_at: Timestamp,
    ) -> Result<Write, Error> {
        let tombstone = StoredItem {
            item_id: id,
            owner: None,
            created_at,
            reading: None,
            schedule: Schedule::default(),
            deleted_at: Some(deleted_at),
        };
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(to_row(&tombstone)))
            .item(READ_AT, time(deleted_at))
            .condition_expression(
                "attribute_exists(pk) AND (attribute_not_exists(readAt) OR readAt <= :readAt)",
            )
            .expression_attribute_values(":readAt", time(deleted_at));
        guarded(put, "put the tombstone").await
    }

    /// Writes when to look again after a read at `read_at` that gave no state. Where there is no row yet, this makes the
    /// shell, with owner and time of creation; an owner that is there stays.
    pub async fn put_schedule(
        &self,
        stored: &StoredItem,
        read_at: Timestamp,
    ) -> Result<Write, Error> {
        let id = stored.item_id;
        let mut set = vec![
            "createdAt = if_not_exists(createdAt, :createdAt)",
            "syncFailures = :syncFailures",
        ];
        let mut remove = Vec::new();
        let mut update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key(PARTITION_KEY, text(item_key(id)))
            .condition_expression(
                "attribute_not_exists(deletedAt) AND (attribute_not_exists(readAt) OR readAt <= :readAt)",
            )
            .expression_attribute_values(":readAt", time(read_at))
            .expression_attribute_values(":createdAt", time(stored.created_at))
            .expression_attribute_values(":syncFailures", number(stored.schedule.sync_failures));
        if let Some(owner) = &stored.owner {
            set.push("#owner = if_not_exists(#owner, :owner)");
            set.push("createdAtItemId = if_not_exists(createdAtItemId, :createdAtItemId)");
            update = update
                .expression_attribute_names("#owner", OWNER)
                .expression_attribute_values(":owner", text(owner.as_str()))
                .expression_attribute_values(
                    ":createdAtItemId",
                    text(created_at_item_id(stored.created_at, id)),
                );
        }
        match stored.schedule.check_at {
            Some(check_at) => {
                set.push("due = :due");
                set.push("checkAt = :checkAt");
                update = update
                    .expression_attribute_values(":due", text(IS_DUE))
                    .expression_attribute_values(":checkAt", time(check_at));
            }
            None => remove.extend([DUE, CHECK_AT]),
        }
        match stored.schedule.missing_since {
            Some(missing_since) => {
                set.push("missingSince = :missingSince");
                update = update.expression_attribute_values(":missingSince", time(missing_since));
            }
            None => remove.push(MISSING_SINCE),
        }
        let mut expression = format!("SET {}", set.join(", "));
        if !remove.is_empty() {
            expression.push_str(" REMOVE ");
            expression.push_str(&remove.join(", "));
        }
        match update.update_expression(expression).send().await {
            Ok(_) => Ok(Write::Done),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
            {
                Ok(Write::Stale)
            }
            Err(error) => Err(unavailable("update the item's schedule")(error)),
        }
    }

    /// Items whose check is due at `now`, oldest first.
    pub async fn due(&self, now: Timestamp, limit: i32) -> Result<Vec<DueItem>, Error> {
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(BY_DUE)
            .key_condition_expression("due = :due AND checkAt <= :now")
            .expression_attribute_values(":due", text(IS_DUE))
            .expression_attribute_values(":now", time(now))
            .limit(limit)
            .send()
            .await
            .map_err(unavailable("query the items that are due"))?;
        let due = answer.items.unwrap_or_default();
        due.iter()
            .map(|row| {
                let reader = Reader(row);
                let key = reader.text(PARTITION_KEY)?;
                Ok(DueItem {
                    item_id: required(PARTITION_KEY, key.as_deref().and_then(item_id))?,
                    check_at: required(CHECK_AT, reader.time(CHECK_AT)?)?,
                })
            })
            .collect()
    }

    /// A page of a user's items, newest first.
    pub async fn owned_by(
        &self,
        owner: &ClientUserId,
        limit: i32,
        after: Option<&Cursor>,
    ) -> Result<OwnedPage, Error> {
        let start = after.and_then(|cursor| {
            Some(Row::from([
                (PARTITION_KEY.to_owned(), text(item_key(cursor.item_id()?))),
                (OWNER.to_owned(), text(owner.as_str())),
                (CREATED_AT_ITEM_ID.to_owned(), text(&cursor.0)),
            ]))
        });
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(BY_OWNER)
            .key_condition_expression("#owner = :owner")
            .expression_attribute_names("#owner", OWNER)
            .expression_attribute_values(":owner", text(owner.as_str()))
            .scan_index_forward(false)
            .limit(limit)
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(unavailable("query the user's items"))?;
        let next = match &answer.last_evaluated_key {
            Some(key) => Reader(key).text(CREATED_AT_ITEM_ID)?.map(Cursor),
            None => None,
        };
        let keys: Vec<String> = answer
            .items
            .unwrap_or_default()
            .iter()
            .map(|row| required(PARTITION_KEY, Reader(row).text(PARTITION_KEY)?))
            .collect::<Result<_, _>>()?;
        let mut items = self.batch_get(&keys).await?;
        // The index may lag behind the rows: an item that changed hands or went away since is left out.
        items.retain(|item| item.is_shown_to(owner));
        items.sort_by_key(|item| {
            std::cmp::Reverse(created_at_item_id(item.created_at, item.item_id))
        });
        Ok(OwnedPage { items, next })
    }

    async fn batch_get(&self, keys: &[String]) -> Result<Vec<StoredItem>, Error> {
        let mut rows = Vec::with_capacity(keys.len());
        let mut pending: Vec<Row> = keys
            .iter()
            .map(|key| Row::from([(PARTITION_KEY.to_owned(), text(key))]))
            .collect();
        for _ in 0..BATCH_ROUNDS {
            if pending.is_empty() {
                break;
            }
            let request = KeysAndAttributes::builder()
                .set_keys(Some(std::mem::take(&mut pending)))
                .build();
            let answer = self
                .client
                .batch_get_item()
                .request_items(&self.table, request.map_err(Error::Request)?)
                .send()
                .await
                .map_err(unavailable("get the user's items"))?;
            rows.extend(answer.responses.unwrap_or_default().into_values().flatten());
            let mut unprocessed: HashMap<_, _> = answer.unprocessed_keys.unwrap_or_default();
            pending = unprocessed
                .remove(&self.table)
                .map(|keys| keys.keys)
                .unwrap_or_default();
        }
        if !pending.is_empty() {
            return Err(Error::Unavailable {
                operation: "get the user's items",
                reason: "keys stay unprocessed".to_owned(),
            });
        }
        rows.iter().map(from_row).collect()
    }

    fn put(&self, stored: &StoredItem) -> PutItemFluentBuilder {
        self.client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(to_row(stored)))
    }
}

async fn guarded(put: PutItemFluentBuilder, operation: &'static str) -> Result<Write, Error> {
    match put.send().await {
        Ok(_) => Ok(Write::Done),
        Err(error)
            if error
                .as_service_error()
                .is_some_and(PutItemError::is_conditional_check_failed_exception) =>
        {
            Ok(Write::Stale)
        }
        Err(error) => Err(unavailable(operation)(error)),
    }
}
