//! `ItemTable`: the state of each item, protected by conditional writes.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::Client;

use super::attributes::{Reader, Row, required, text};
use super::batch::batch_get;
use super::error::unavailable;
use super::item_row::{created_at_item_id, from_row};
use super::key::item_key;
use super::schema::{BY_OWNER, CREATED_AT_ITEM_ID, OWNER, PARTITION_KEY};
use super::{Cursor, Error, StoredItem, Target};
use client::chain;
use pluggy::{ClientUserId, ItemId};

/// Keys per batch. DynamoDB accepts 100 keys and returns 16 MB at once.
const BATCH_SIZE: usize = 50;

/// A page of a user's items, newest first.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnedPage {
    /// The items.
    pub items: Vec<StoredItem>,
    /// Number of further rows that cannot be read.
    pub unreadable: usize,
    /// Cursor of the next page; none if this is the last.
    pub next: Option<Cursor>,
}

/// `ItemTable`.
#[derive(Clone, Debug)]
pub struct Items {
    pub(super) client: Client,
    pub(super) table: String,
}

impl Items {
    /// Creates the table named `table`.
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// Returns the item's row, with a consistent read.
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

    /// Returns the item's row if `user` may see it, with a consistent read. The item of another user, a deleted item
    /// and an unknown one are all absent.
    pub async fn of_user(
        &self,
        id: ItemId,
        user: &ClientUserId,
    ) -> Result<Option<StoredItem>, Error> {
        let item = self.get(id).await?;
        Ok(item.filter(|item| item.is_shown_to(user)))
    }

    /// Returns the existing rows of items, in no particular order. They may lag behind writes.
    pub async fn get_many(&self, ids: &BTreeSet<ItemId>) -> Result<Vec<StoredItem>, Error> {
        let keys: Vec<String> = ids.iter().copied().map(item_key).collect();
        let mut items = Vec::with_capacity(keys.len());
        for keys in keys.chunks(BATCH_SIZE) {
            let keys = keys.iter().cloned();
            let rows = batch_get(&self.client, &self.table, keys, "get items").await?;
            items.extend(rows.iter().filter_map(|row| logged(from_row(row))));
        }
        Ok(items)
    }

    /// Returns the ids of up to `limit` items of a user. The index may lag behind the rows.
    pub async fn ids_owned_by(
        &self,
        owner: &ClientUserId,
        limit: i32,
    ) -> Result<Vec<ItemId>, Error> {
        let (keys, _) = self.keys_owned_by(owner, limit, None).await?;
        let ids = keys.iter().map(|key| match Target::parse(key) {
            Some(Target::Item(id)) => Ok(id),
            Some(Target::Connector(_)) | None => Err(Error::Corrupt {
                attribute: PARTITION_KEY,
            }),
        });
        ids.collect()
    }

    /// Returns a page of a user's items, newest first.
    pub async fn owned_by(
        &self,
        owner: &ClientUserId,
        limit: i32,
        after: Option<&Cursor>,
    ) -> Result<OwnedPage, Error> {
        let (rows, next) = self.rows_of(owner, limit, after).await?;
        let mut items: Vec<StoredItem> = rows
            .iter()
            .filter_map(|row| logged(from_row(row)))
            .collect();
        let unreadable = rows.len() - items.len();
        items.retain(|item| item.is_shown_to(owner));
        items.sort_by_key(|item| {
            std::cmp::Reverse(created_at_item_id(item.created_at, item.item_id))
        });
        Ok(OwnedPage {
            items,
            unreadable,
            next,
        })
    }

    /// Returns the rows of a page of a user's items, in no particular order, and the cursor of the next page. Some may
    /// have changed owner or were deleted since the index was written.
    pub(super) async fn rows_of(
        &self,
        owner: &ClientUserId,
        limit: i32,
        after: Option<&Cursor>,
    ) -> Result<(Vec<Row>, Option<Cursor>), Error> {
        let (keys, next) = self.keys_owned_by(owner, limit, after).await?;
        let rows = batch_get(&self.client, &self.table, keys, "get the user's items").await?;
        Ok((rows, next))
    }

    /// Returns the keys of a page of a user's items, newest first, and the cursor of the next page. The index may lag
    /// behind the rows.
    async fn keys_owned_by(
        &self,
        owner: &ClientUserId,
        limit: i32,
        after: Option<&Cursor>,
    ) -> Result<(Vec<String>, Option<Cursor>), Error> {
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
        let rows = answer.items.unwrap_or_default();
        let keys = rows
            .iter()
            .map(|row| required(PARTITION_KEY, Reader(row).text(PARTITION_KEY)?));
        Ok((keys.collect::<Result<_, _>>()?, next))
    }
}

/// Returns the row. An unreadable one is logged, so that it does not hide the others of a list.
pub(super) fn logged<T>(row: Result<T, Error>) -> Option<T> {
    row.inspect_err(|error| tracing::error!(error = chain(error), "row left out of a list"))
        .ok()
}
