//! An erasure of a user: its stage, its items and its counts.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ErasedItem, ScanCursor, UserHmac};
use pluggy::ItemId;

/// The next stage of an erasure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErasureStage {
    /// Marks the user.
    Marker,
    /// Deletes the user's items at Pluggy, and their data here.
    Items,
    /// Searches the events for what names the user, and removes the bodies.
    Bodies,
    /// Puts `user.erased` on the bus.
    Announcement,
    /// Waits for late arrivals.
    Requested,
    /// Looks for what has arrived, and tries what Pluggy has refused.
    Arrivals,
    /// Deletes the rows of the events.
    Rows,
    /// Is done.
    Final,
}

/// Progress of an erasure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// The user.
    pub user: UserHmac,
    /// When it started.
    pub started_at: Timestamp,
    /// When the user was marked, if that has been done since it began, or began again.
    pub marked_at: Option<Timestamp>,
    /// What it does next.
    pub stage: ErasureStage,
    /// When the first part ended, if it has.
    pub requested_at: Option<Timestamp>,
    /// When the second part ended, if it has.
    pub final_at: Option<Timestamp>,
    /// The items that were found, with their states. They are stored by [`Erasures::put_item`](super::Erasures::put_item).
    pub items: BTreeMap<ItemId, ErasedItem>,
    /// Number of the present pass over the items that Pluggy has refused.
    pub pass: u32,
    /// Whether `user.erased` is on a bus.
    pub is_published: bool,
    /// Whether the present search of the rows has found one that arrived after the first part.
    pub have_rows_arrived: bool,
    /// Where the search of the events continues.
    pub cursor: Option<ScanCursor>,
    /// Counts of erased data.
    pub counts: ErasureCounts,
    pub(super) revision: u32,
}

/// Counts of erased data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ErasureCounts {
    /// Items that Pluggy deleted at our request.
    pub items_deleted: u64,
    /// Items that Pluggy no longer had.
    pub items_gone: u64,
    /// Bodies of events.
    pub bodies: u64,
    /// Rows of events.
    pub event_rows: u64,
}

impl ErasureStage {
    const ALL: [Self; 8] = [
        Self::Marker,
        Self::Items,
        Self::Bodies,
        Self::Announcement,
        Self::Requested,
        Self::Arrivals,
        Self::Rows,
        Self::Final,
    ];

    /// Returns the name in the row.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Marker => "marker",
            Self::Items => "items",
            Self::Bodies => "bodies",
            Self::Announcement => "announcement",
            Self::Requested => "requested",
            Self::Arrivals => "arrivals",
            Self::Rows => "rows",
            Self::Final => "final",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == text)
    }
}
