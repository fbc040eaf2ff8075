//! Availability of an institution.

use pluggy::HealthStatus;

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
