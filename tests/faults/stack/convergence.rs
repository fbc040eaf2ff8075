//! A comparison of the rows with Pluggy's state.

use std::collections::BTreeSet;

use pluggy::ItemId;
use runtime::clock::now;
use serde_json::Value;
use store::{StoredItem, schema};

use super::Stack;

impl Stack {
    /// Returns the items that have no row and are in records that the stream dropped. An alarm reports these records,
    /// and an operator replays them.
    pub(crate) async fn needs_replay(
        &self,
        items: &BTreeSet<String>,
        dropped: &[Value],
    ) -> BTreeSet<String> {
        let mut unknown = BTreeSet::new();
        for item_id in items {
            let key = format!("{}{item_id}", schema::ITEM_PREFIX);
            let is_dropped = dropped
                .iter()
                .any(|record| record["dynamodb"]["Keys"]["pk"]["S"] == key);
            if is_dropped && self.row(item_id.parse().unwrap()).await.is_none() {
                unknown.insert(item_id.clone());
            }
        }
        unknown
    }

    pub(crate) async fn row(&self, item_id: ItemId) -> Option<StoredItem> {
        let items = self.deployment.tables.item_store();
        items.get(item_id).await.unwrap()
    }

    /// Returns the items whose row differs from Pluggy's state.
    pub(crate) async fn not_converged(&self, items: &[ItemId]) -> BTreeSet<String> {
        let mut others = BTreeSet::new();
        for item_id in items {
            let truth = self.truth.item(*item_id, now()).await.unwrap().unwrap();
            let row = self.row(*item_id).await;
            let snapshot = row.as_ref().and_then(StoredItem::snapshot);
            let is_same = snapshot.is_some_and(|snapshot| {
                let item = &snapshot.item;
                item.updated_at == truth.updated_at
                    && item.status == truth.status
                    && item.execution_status == truth.execution_status
            });
            if !is_same {
                others.insert(item_id.to_string());
            }
        }
        others
    }
}
