//! One line of a user's items.

use jiff::Timestamp;
use serde::Serialize;
use shared::health::Healths;
use shared::pluggy::ItemId;
use shared::store::StoredItem;

use super::{ScheduleReport, Standing};

/// One line of a user's items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemSummary {
    /// The item.
    pub item_id: ItemId,
    /// The bank.
    pub connector: Option<String>,
    /// Its phase, and why.
    pub standing: Option<Standing>,
    /// When Pluggy last answered.
    pub read_at: Option<Timestamp>,
    /// When it is looked at next.
    pub schedule: ScheduleReport,
}

impl ItemSummary {
    pub(crate) fn new(stored: &StoredItem, healths: &Healths, now: Timestamp) -> Self {
        let reading = stored.reading.as_ref();
        let connector = reading.and_then(|reading| reading.item.connector.as_ref());
        Self {
            item_id: stored.item_id,
            connector: connector.and_then(|connector| connector.name.clone()),
            standing: Standing::new(stored, healths, now),
            read_at: reading.map(|reading| reading.read_at),
            schedule: ScheduleReport::new(&stored.schedule, now),
        }
    }
}
