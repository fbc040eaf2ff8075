//! Read of what a batch of fetches needs: the rows of its items, the pace of the fleet, and whether any user is erased.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::KeysAndAttributes;
use jiff::Timestamp;

use super::attributes::{Reader, Row};
use super::batch::{batch_get_tables, key};
use super::erasures::is_live;
use super::item_row::from_row;
use super::key::item_key;
use super::schema::{ERASURES_KEY, PACE_KEY, PARTITION_KEY};
use super::{Error, Items, Limits, Pace, StoredItem, Target};
use pluggy::ItemId;

/// Keys of one request, which DynamoDB limits.
const MAX_KEYS: usize = 100;
/// Keys of `LimitTable` in each request.
const LIMIT_KEYS: [&str; 2] = [PACE_KEY, ERASURES_KEY];
const READ: &str = "get the items of a batch";

/// The rows of a batch's items, the pace, and whether any user is erased.
#[derive(Debug, Default)]
pub struct ItemBatch {
    /// The existing rows. One that cannot be read is an error of its item alone.
    pub rows: HashMap<ItemId, Result<StoredItem, Error>>,
    /// The pace, if Pluggy has limited our address lately. It may lag behind writes.
    pub pace: Option<Pace>,
    /// Whether any user may be erased. It may lag behind writes: what is stored in this moment is found by the second part
    /// of the erasure.
    pub may_have_erasures: bool,
}

impl Items {
    /// Returns the rows of items with consistent reads, the pace, and whether any user may be erased. One request has 98
    /// items. A row that exceeds what DynamoDB returns at once is read by a further request.
    pub async fn get_batch(
        &self,
        ids: &[ItemId],
        limits: &Limits,
        now: Timestamp,
    ) -> Result<ItemBatch, Error> {
        let mut batch = ItemBatch::default();
        let mut chunks = ids.chunks(MAX_KEYS - LIMIT_KEYS.len());
        let mut chunk = chunks.next().unwrap_or_default();
        loop {
            let limit_keys = LIMIT_KEYS.map(|name| key(name.to_owned()));
            let mut wanted = HashMap::from([(limits.table.clone(), keys(limit_keys, false)?)]);
            if !chunk.is_empty() {
                let item_keys = chunk.iter().map(|id| key(item_key(*id)));
                wanted.insert(self.table.clone(), keys(item_keys, true)?);
            }
            let mut rows = batch_get_tables(&self.client, wanted, READ).await?;
            for row in rows.remove(&self.table).unwrap_or_default() {
                if let Some(id) = item_id(&row) {
                    batch.rows.insert(id, from_row(&row));
                }
            }
            for row in rows.remove(&limits.table).unwrap_or_default() {
                if Reader(&row).text(PARTITION_KEY)?.as_deref() == Some(ERASURES_KEY) {
                    batch.may_have_erasures |= is_live(&row, now);
                } else {
                    batch.pace = Pace::from_row(&row);
                }
            }
            match chunks.next() {
                Some(next) => chunk = next,
                None => return Ok(batch),
            }
        }
    }
}

pub(super) fn keys(
    keys: impl IntoIterator<Item = Row>,
    is_consistent: bool,
) -> Result<KeysAndAttributes, Error> {
    let keys = KeysAndAttributes::builder().set_keys(Some(keys.into_iter().collect()));
    let keys = keys.consistent_read(is_consistent);
    keys.build().map_err(Error::Request)
}

fn item_id(row: &Row) -> Option<ItemId> {
    let key = Reader(row).text(PARTITION_KEY).ok()??;
    match Target::parse(&key)? {
        Target::Item(id) => Some(id),
        Target::Connector(_) => None,
    }
}
