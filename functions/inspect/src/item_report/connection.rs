//! The connection as its user sees it, and the reason.

use connection::{ActionKind, Assessment, Language, Phase, assess, message};
use jiff::Timestamp;
use serde::Serialize;
use store::{Healths, RowState, StoredItem};

/// A connection: phase, next action, and reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Connection {
    /// Its phase.
    pub phase: Phase,
    /// The next action.
    pub next_action: ActionKind,
    /// Until when the next action can be done.
    pub expires_at: Option<Timestamp>,
    /// The code of the reason for the phase.
    pub reason: &'static str,
    /// The reason in words.
    pub why: &'static str,
    /// The message to the user, in English. The command line does not show it.
    #[serde(skip)]
    pub message: &'static str,
}

impl Connection {
    /// Returns the connection, or `None` for a deleted item.
    pub(super) fn new(stored: &StoredItem, healths: &Healths, now: Timestamp) -> Option<Self> {
        let assessment = match &stored.state {
            RowState::Placeholder { .. } => Assessment::NOT_FETCHED,
            RowState::Fetched { snapshot, .. } => {
                assess(&snapshot.item, healths.availability(snapshot, now), now)
            }
            RowState::Tombstone { .. } => return None,
        };
        Some(Self {
            phase: assessment.phase(),
            next_action: assessment.action(),
            expires_at: assessment.expires_at,
            reason: assessment.reason.code(),
            why: assessment.reason.meaning(),
            message: message(assessment.reason, Language::English),
        })
    }
}
