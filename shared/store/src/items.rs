//! `ItemTable`: the state of each item, protected by conditional writes.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::Client;
use futures_util::StreamExt as _;
use jiff::Timestamp;
use tokio::time::{Instant, timeout_at};

use super::attributes::{Reader, Row, required, text, time};
use super::batch::batch_get;
use super::due_merge::{Shard, ShardMerge, ShardPage};
use super::error::unavailable;
use super::item_row::{FETCHED_AT, created_at_item_id, from_row};
use super::key::item_key;
use super::scan::SCAN_PAGE;
use super::schema::{
    BY_NEXT_FETCH, BY_OWNER, CREATED_AT_ITEM_ID, ITEM_PREFIX, NEXT_FETCH_AT, OWNER, PARTITION_KEY,
};
use super::{Cursor, Error, ScanCursor, ScanPage, ScannedRow, StoredItem, Target};
use client::chain;
use pluggy::{ClientUserId, ItemId};

/// Keys per batch. DynamoDB accepts 100 keys and returns 16 MB at once.
const BATCH_SIZE: usize = 50;
/// Rows of one shard of the schedule that one query reads.
const SHARD_PAGE: i32 = 100;
/// Shards of the schedule that are read in parallel. Each takes a connection.
const CONCURRENT_SHARDS: usize = 16;
/// Operation of the schedule's queries, in errors.
const QUERY_DUE: &str = "query the fetches that are due";

/// A fetch that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueFetch {
    /// What to fetch.
    pub target: Target,
    /// When it became due.
    pub next_fetch_at: Timestamp,
}

/// Due fetches.
#[derive(Debug)]
pub struct DueFetches {
    /// The fetches, oldest first.
    pub fetches: Vec<DueFetch>,
    /// Why a shard of the schedule could not be read, or not to its end, if so. Its other fetches are missing.
    pub failure: Option<Error>,
}

/// A page of a user's items, newest first.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnedPage {
    /// The items.
    pub items: Vec<StoredItem>,
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

    /// Returns up to `limit` fetches that are due at `now`, the oldest of all shards first.
    ///
    /// Reads all shards in parallel until `end`. One that is unreadable or slow does not hide the others.
    pub async fn due(&self, now: Timestamp, limit: usize, end: Instant) -> DueFetches {
        let mut merge = ShardMerge::new(limit);
        let reading = self.read_shards(&mut merge, now);
        if timeout_at(end, reading).await.is_err() {
            merge.add(Err(Error::Unavailable {
                operation: QUERY_DUE,
                reason: "no answer in time".to_owned(),
            }));
        }
        merge.finish()
    }

    async fn read_shards(&self, merge: &mut ShardMerge, now: Timestamp) {
        while !merge.is_complete() {
            let unread = merge.take_unread();
            let reads = unread.into_iter().map(|shard| self.read_shard(shard, now));
            let mut pages = futures_util::stream::iter(reads).buffer_unordered(CONCURRENT_SHARDS);
            while let Some(page) = pages.next().await {
                merge.add(page);
            }
        }
    }

    async fn read_shard(&self, shard: Shard, now: Timestamp) -> Result<ShardPage, Error> {
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(BY_NEXT_FETCH)
            .key_condition_expression("fetchShard = :fetchShard AND nextFetchAt <= :now")
            .expression_attribute_values(":fetchShard", text(&shard.name))
            .expression_attribute_values(":now", time(now))
            .limit(SHARD_PAGE)
            .set_exclusive_start_key(shard.after)
            .send()
            .await
            .map_err(unavailable(QUERY_DUE))?;
        let rows = answer.items.unwrap_or_default();
        let last = rows
            .last()
            .and_then(|row| Reader(row).time(NEXT_FETCH_AT).ok()?);
        Ok(ShardPage {
            fetches: rows
                .iter()
                .filter_map(|row| logged(due_fetch(row)))
                .collect(),
            next: answer.last_evaluated_key.map(|after| Shard {
                name: shard.name,
                after: Some(after),
                read_until: last,
            }),
        })
    }

    /// Returns the items that were fetched or found gone since a time, and those that were never fetched.
    pub async fn seen_since(
        &self,
        since: Timestamp,
        after: Option<&ScanCursor>,
    ) -> Result<ScanPage<ScannedRow>, Error> {
        let answer = self
            .client
            .scan()
            .table_name(&self.table)
            .limit(SCAN_PAGE)
            .set_exclusive_start_key(after.map(ScanCursor::to_row))
            .filter_expression(
                "begins_with(#pk, :item) \
                 AND (#fetchedAt >= :since OR NOT attribute_type(#fetchedAt, :number))",
            )
            .expression_attribute_names("#pk", PARTITION_KEY)
            .expression_attribute_names("#fetchedAt", FETCHED_AT)
            .expression_attribute_values(":item", text(ITEM_PREFIX))
            .expression_attribute_values(":number", text("N"))
            .expression_attribute_values(":since", time(since))
            .send()
            .await
            .map_err(unavailable("scan the items"))?;
        ScanPage::new(answer, |row| Some(ScannedRow::new(row, None)))
    }

    /// Returns a page of a user's items, newest first.
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
        let rows = batch_get(&self.client, &self.table, keys, "get the user's items").await?;
        let mut items: Vec<StoredItem> = rows
            .iter()
            .filter_map(|row| logged(from_row(row)))
            .collect();
        // The index may lag behind the rows. Items that have changed owner or were deleted since are left
        // out.
        items.retain(|item| item.is_shown_to(owner));
        items.sort_by_key(|item| {
            std::cmp::Reverse(created_at_item_id(item.created_at, item.item_id))
        });
        Ok(OwnedPage { items, next })
    }
}

fn due_fetch(row: &Row) -> Result<DueFetch, Error> {
    let reader = Reader(row);
    let key = reader.text(PARTITION_KEY)?;
    Ok(DueFetch {
        target: required(PARTITION_KEY, key.as_deref().and_then(Target::parse))?,
        next_fetch_at: required(NEXT_FETCH_AT, reader.time(NEXT_FETCH_AT)?)?,
    })
}

/// Returns the row. An unreadable one is logged, so that it does not hide the others of a list.
pub(super) fn logged<T>(row: Result<T, Error>) -> Option<T> {
    row.inspect_err(|error| tracing::error!(error = chain(error), "row left out of a list"))
        .ok()
}
