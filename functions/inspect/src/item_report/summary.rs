//! One line of a user's items.

use jiff::Timestamp;
use pluggy::ItemId;
use serde::Serialize;
use store::{Healths, StoredItem};

use super::{Connection, ScheduleReport};

/// One line of a user's items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemSummary {
    /// The item.
    pub item_id: ItemId,
    /// The bank.
    pub connector: Option<String>,
    /// Its phase, and the reason.
    pub connection: Option<Connection>,
    /// When the item was last fetched.
    pub fetched_at: Option<Timestamp>,
    /// The schedule of its next fetch.
    pub schedule: ScheduleReport,
}

impl ItemSummary {
    pub(crate) fn new(stored: &StoredItem, healths: &Healths, now: Timestamp) -> Self {
        let snapshot = stored.snapshot();
        let connector = snapshot.and_then(|snapshot| snapshot.item.connector.as_ref());
        Self {
            item_id: stored.item_id,
            connector: connector.and_then(|connector| connector.name.clone()),
            connection: Connection::new(stored, healths, now),
            fetched_at: snapshot.map(|snapshot| snapshot.fetched_at),
            schedule: ScheduleReport::new(&stored.schedule, now),
        }
    }
}
