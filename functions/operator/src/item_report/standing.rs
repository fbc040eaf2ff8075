//! Where an item stands, as its user is told, and why.

use jiff::Timestamp;
use serde::Serialize;
use shared::connection::{ActionKind, Phase, assess, reason};
use shared::health::Healths;
use shared::store::StoredItem;

/// Where an item stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
    /// Its phase.
    pub phase: Phase,
    /// What happens next.
    pub next_action: ActionKind,
    /// Until when that can be done.
    pub expires_at: Option<Timestamp>,
    /// What decided.
    pub why: &'static str,
}

impl Standing {
    /// `None` for a deleted item.
    pub(super) fn new(stored: &StoredItem, healths: &Healths, now: Timestamp) -> Option<Self> {
        if stored.deleted_at.is_some() {
            return None;
        }
        let Some(reading) = &stored.reading else {
            return Some(Self {
                phase: Phase::Connecting,
                next_action: ActionKind::Wait,
                expires_at: None,
                why: "Pluggy has not answered yet",
            });
        };
        let connector = reading.item.connector.as_ref();
        let health =
            connector.and_then(|connector| healths.status(connector, reading.read_at, now));
        let (phase, action) = assess(&reading.item, health, now);
        Some(Self {
            phase,
            next_action: action.kind,
            expires_at: action.expires_at,
            why: reason(&reading.item, health, now).as_str(),
        })
    }
}
