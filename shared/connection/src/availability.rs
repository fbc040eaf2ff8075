//! Whether an institution can be connected to.

use pluggy::HealthStatus;

/// What is known of an item's connector, as far as it decides what the user can do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Availability {
    /// It takes connections, as far as we know.
    #[default]
    Available,
    /// Pluggy refuses connections to it for now.
    Offline,
    /// Pluggy has it no more.
    Retired,
}

impl Availability {
    /// What a connector's health says; `None` where nothing recent is known.
    pub fn of_health(health: Option<&HealthStatus>) -> Self {
        match health {
            Some(HealthStatus::Offline) => Self::Offline,
            _ => Self::Available,
        }
    }
}
