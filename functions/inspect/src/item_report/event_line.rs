//! One event of an item's history.

use jiff::Timestamp;
use serde::Serialize;
use store::EventRow;

/// One event of an item's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EventLine {
    /// When we received it.
    pub received_at: Timestamp,
    /// Its name.
    pub event: String,
    /// Its origin.
    pub origin: &'static str,
    /// Its id.
    pub id: String,
    /// Why it is quarantined, if so.
    pub quarantine: Option<String>,
    /// Whether the stored body is truncated.
    pub truncated: bool,
}

impl EventLine {
    pub(super) fn new(event: &EventRow) -> Self {
        Self {
            received_at: event.received_at,
            event: event.kind.as_str().to_owned(),
            origin: event.origin.as_str(),
            id: event.key.sort.clone(),
            quarantine: event.quarantine.clone(),
            truncated: event.is_truncated,
        }
    }
}
