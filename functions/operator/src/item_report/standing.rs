//! Where an item stands, as its user is told, and why.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use shared::connection::{ActionKind, Phase, assess, reason};
use shared::pluggy::HealthStatus;
use shared::store::{Reading, StoredItem};

/// A connector's health older than this says nothing about now.
const HEALTH_LIFETIME: SignedDuration = SignedDuration::from_hours(6);

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
    pub(super) fn new(stored: &StoredItem, now: Timestamp) -> Option<Self> {
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
        let health = health(reading, now);
        let (phase, action) = assess(&reading.item, health, now);
        Some(Self {
            phase,
            next_action: action.kind,
            expires_at: action.expires_at,
            why: reason(&reading.item, health, now).as_str(),
        })
    }
}

fn health(reading: &Reading, now: Timestamp) -> Option<&HealthStatus> {
    let is_recent = now.duration_since(reading.read_at) < HEALTH_LIFETIME;
    let connector = reading.item.connector.as_ref().filter(|_| is_recent)?;
    connector.health.as_ref()?.status.as_ref()
}
