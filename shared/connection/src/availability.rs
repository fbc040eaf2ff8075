//! Availability of an institution.

use jiff::{SignedDuration, Timestamp};
use pluggy::HealthStatus;

/// Maximum age of health data.
const HEALTH_LIFETIME: SignedDuration = SignedDuration::from_hours(6);

/// Availability of an item's connector, as far as it affects the user's action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Availability {
    /// It accepts connections, as far as we know.
    #[default]
    Available,
    /// Pluggy refuses connections to it for now.
    Offline,
    /// Pluggy does not have it any more.
    Retired,
}

impl Availability {
    /// Returns the availability for a connector's health; `None` means that nothing recent is known.
    pub fn of_health(health: Option<&HealthStatus>) -> Self {
        match health {
            Some(HealthStatus::Offline) => Self::Offline,
            _ => Self::Available,
        }
    }
}

/// Returns whether the health in a response to a request of `fetched_at` still counts at `now`.
pub fn is_health_recent(fetched_at: Timestamp, now: Timestamp) -> bool {
    now.duration_since(fetched_at) < HEALTH_LIFETIME
}
