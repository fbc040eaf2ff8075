//! Read of what a batch of fetches needs: the rows of its items, and the pace of the fleet.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::KeysAndAttributes;

use super::attributes::{Reader, Row};
use super::batch::{batch_get_tables, key};
use super::item_row::from_row;
use super::key::item_key;
use super::schema::{PACE_KEY, PARTITION_KEY};
use super::{Error, Items, Limits, Pace, StoredItem, Target};
use pluggy::ItemId;

/// Items of one request: DynamoDB limits it to 100 keys, and one is that of the pace.
const MAX_ITEMS: usize = 99;
const READ: &str = "get the items of a batch";

/// The rows of a batch's items, and the pace.
#[derive(Debug, Default)]
pub struct ItemBatch {
    /// The existing rows. One that cannot be read is an error of its item alone.
    pub rows: HashMap<ItemId, Result<StoredItem, Error>>,
    /// The pace, if Pluggy has limited our address lately. It may lag behind writes.
    pub pace: Option<Pace>,
}

impl Items {
    /// Returns the rows of items with consistent reads, and the pace. One request has 99 items. A row that exceeds what
    /// DynamoDB returns at once is read by a further request.
    pub async fn get_batch(&self, ids: &[ItemId], limits: &Limits) -> Result<ItemBatch, Error> {
        let mut batch = ItemBatch::default();
        let mut chunks = ids.chunks(MAX_ITEMS);
        let mut chunk = chunks.next().unwrap_or_default();
        loop {
            let pace_key = [key(PACE_KEY.to_owned())];
            let mut wanted = HashMap::from([(limits.table.clone(), keys(pace_key, false)?)]);
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
            let of_pace = rows.remove(&limits.table).unwrap_or_default();
            batch.pace = of_pace.first().and_then(Pace::from_row);
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
