use serde::Serialize;
use uuid::Uuid;

use crate::clock::Moment;

/// The one status after which Pluggy is known to stop retrying. The rest of its list is unknown.
const NEVER_REPEATED: u16 = 401;

/// One attempt to deliver an event.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Delivery {
    /// The event's `eventId`.
    pub event_id: String,
    /// The event's name.
    pub event: String,
    /// The item it is about.
    pub item_id: Option<Uuid>,
    /// The webhook that it went to; `None` for the item's own `webhookUrl`.
    pub webhook_id: Option<Uuid>,
    /// The URL it went to.
    pub url: String,
    /// The number of the attempt, starting at 1.
    pub attempt: u32,
    /// When the attempt ended.
    pub at: Moment,
    /// The outcome of the attempt.
    pub outcome: Outcome,
}

/// The outcome of one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// The endpoint answered with this status.
    Status(u16),
    /// The endpoint did not answer in time.
    TimedOut,
    /// There was no connection, or it broke.
    Unreachable,
    /// The URL leads off this machine, and the sandbox sends nothing there.
    OffLimits,
    /// A switch makes the sandbox lose deliveries. Pluggy considers the event delivered.
    Lost,
}

impl Outcome {
    /// Returns whether Pluggy considers the event delivered.
    pub(crate) fn is_success(self) -> bool {
        matches!(self, Self::Status(200..=299) | Self::Lost)
    }

    /// Returns whether a retry would be refused as well.
    pub(crate) fn is_refusal(self) -> bool {
        self == Self::Status(NEVER_REPEATED)
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Status(status) => write!(formatter, "{status}"),
            Self::TimedOut => formatter.write_str("timed out"),
            Self::Unreachable => formatter.write_str("unreachable"),
            Self::OffLimits => formatter.write_str("not on this machine"),
            Self::Lost => formatter.write_str("lost on purpose"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_failed_authentication_is_a_refusal() {
        assert!(Outcome::Status(401).is_refusal());
        for outcome in [
            Outcome::Status(403),
            Outcome::Status(503),
            Outcome::TimedOut,
        ] {
            assert!(!outcome.is_refusal(), "{outcome}");
        }
    }

    #[test]
    fn any_2xx_is_a_success() {
        for (status, is_success) in [
            (200, true),
            (204, true),
            (199, false),
            (302, false),
            (500, false),
        ] {
            assert_eq!(Outcome::Status(status).is_success(), is_success, "{status}");
        }
    }
}
