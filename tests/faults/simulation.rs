//! A simulation of days in seconds: the functions run in this process, with a clock that the test moves.

use std::collections::{BTreeSet, HashSet};

use jiff::{SignedDuration, Timestamp};
use pluggy::ItemId;
use runtime::clock;
use store::{StoredItem, schema};
use tests::deployment::in_a_minute;
use tests::tables::Row;
use tests::{Deployment, stream};

/// The number of records in a batch that Lambda reads.
const BATCH: usize = 25;

pub(crate) struct Simulation {
    pub(crate) deployment: Deployment,
    pub(crate) now: Timestamp,
    fed: HashSet<(String, String)>,
}

impl Simulation {
    pub(crate) async fn start() -> Self {
        Self {
            deployment: Deployment::start().await,
            now: clock::now(),
            fed: HashSet::new(),
        }
    }

    /// Moves the clock. Nothing happens meanwhile.
    pub(crate) fn pass(&mut self, time: SignedDuration) {
        self.now += time;
    }

    /// Runs one tick of scheduler, and returns the number of fetches that it requested.
    pub(crate) async fn scheduler(&self) -> usize {
        let run = scheduler::handle(&self.deployment.scheduler(), self.now, in_a_minute()).await;
        run.unwrap().requested
    }

    /// Feeds the new rows of the event table to item-sync, in a new process.
    pub(crate) async fn feed(&mut self) {
        let rows = self.new_rows().await;
        let app = self.deployment.item_sync();
        for batch in rows.chunks(BATCH) {
            let batch = stream::batch(batch);
            let answer = item_sync::handle(&app, &batch, self.now, in_a_minute()).await;
            assert_eq!(answer.batch_item_failures, []);
        }
    }

    /// Drops the new rows of the event table before item-sync gets them, and returns their number.
    pub(crate) async fn forget(&mut self) -> usize {
        self.new_rows().await.len()
    }

    async fn new_rows(&mut self) -> Vec<Row> {
        let mut rows = self.deployment.tables.event_rows().await;
        rows.retain(|row| {
            let [partition, sort] = [schema::PARTITION_KEY, schema::SORT_KEY]
                .map(|name| row[name].as_s().unwrap().clone());
            self.fed.insert((partition, sort))
        });
        rows
    }

    pub(crate) async fn row(&self, item_id: ItemId) -> Option<StoredItem> {
        let items = self.deployment.tables.item_store();
        items.get(item_id).await.unwrap()
    }

    /// Returns the items whose row differs from Pluggy's state.
    pub(crate) async fn not_converged(&self, items: &[ItemId]) -> BTreeSet<String> {
        let truth = self.deployment.pluggy_client();
        let mut others = BTreeSet::new();
        for item_id in items {
            let item = truth.item(*item_id, clock::now()).await.unwrap().unwrap();
            let row = self.row(*item_id).await;
            let snapshot = row.as_ref().and_then(StoredItem::snapshot);
            if snapshot.is_none_or(|snapshot| {
                snapshot.item.updated_at != item.updated_at || snapshot.item.status != item.status
            }) {
                others.insert(item_id.to_string());
            }
        }
        others
    }
}
