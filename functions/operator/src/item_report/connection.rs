//! Where an item stands, as its user is told, and why.

use connection::{ActionKind, Assessment, Phase, assess};
use jiff::Timestamp;
use serde::Serialize;
use store::Healths;
use store::StoredItem;

/// Where an item stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Connection {
    /// Its phase.
    pub phase: Phase,
    /// What happens next.
    pub next_action: ActionKind,
    /// Until when that can be done.
    pub expires_at: Option<Timestamp>,
    /// What decided.
    pub why: &'static str,
}

impl Connection {
    /// `None` for a deleted item.
    pub(super) fn new(stored: &StoredItem, healths: &Healths, now: Timestamp) -> Option<Self> {
        if stored.deleted_at.is_some() {
            return None;
        }
        let assessment = stored
            .snapshot
            .as_ref()
            .map_or(Assessment::NOT_READ, |snapshot| {
                assess(&snapshot.item, healths.availability(snapshot, now), now)
            });
        Some(Self {
            phase: assessment.phase(),
            next_action: assessment.action(),
            expires_at: assessment.expires_at,
            why: assessment.reason.as_str(),
        })
    }
}
