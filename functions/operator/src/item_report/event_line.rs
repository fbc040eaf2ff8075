//! One event of an item's history.

use jiff::Timestamp;
use serde::Serialize;
use store::LoggedEvent;

/// One event of an item's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EventLine {
    /// When it reached us.
    pub received_at: Timestamp,
    /// Its name.
    pub event: String,
    /// Where it comes from.
    pub origin: &'static str,
    /// Its id.
    pub id: String,
    /// Why it was not acted on.
    pub quarantine: Option<String>,
    /// Whether it was too long to be kept whole.
    pub truncated: bool,
}

impl EventLine {
    pub(super) fn new(event: &LoggedEvent) -> Self {
        Self {
            received_at: event.received_at,
            event: event.kind.as_str().to_owned(),
            origin: event.origin.as_str(),
            id: event.id.clone(),
            quarantine: event.quarantine.clone(),
            truncated: event.is_truncated,
        }
    }
}
