//! End of a consent: the stages that are published before it, and when each begins.

use jiff::{SignedDuration, Timestamp};

/// Stage of a consent that ends. A later stage is nearer to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConsentStage {
    /// It expires in 30 days or sooner.
    ThirtyDays,
    /// It expires in seven days or sooner.
    SevenDays,
    /// It expires in a day or sooner.
    OneDay,
    /// It has expired.
    Expired,
}

impl ConsentStage {
    /// All stages, in their order.
    pub const ALL: [Self; 4] = [
        Self::ThirtyDays,
        Self::SevenDays,
        Self::OneDay,
        Self::Expired,
    ];

    /// Returns how many days before the end the stage begins.
    pub fn days(self) -> u8 {
        match self {
            Self::ThirtyDays => 30,
            Self::SevenDays => 7,
            Self::OneDay => 1,
            Self::Expired => 0,
        }
    }

    /// Returns the stage at `at` of a consent that ends at `expires_at`. Of two stages that have begun, it is the
    /// nearer to the end. Returns `None` more than 30 days before the end.
    pub fn at(expires_at: Timestamp, at: Timestamp) -> Option<Self> {
        let mut nearest_first = Self::ALL.into_iter().rev();
        nearest_first.find(|stage| stage.begins_at(expires_at) <= at)
    }

    /// Returns when the stage begins that follows `now`, or `None` once the consent has expired.
    pub(super) fn next_begins_at(expires_at: Timestamp, now: Timestamp) -> Option<Timestamp> {
        let moments = Self::ALL.map(|stage| stage.begins_at(expires_at));
        moments.into_iter().find(|moment| *moment > now)
    }

    fn begins_at(self, expires_at: Timestamp) -> Timestamp {
        let ahead = SignedDuration::from_hours(24 * i64::from(self.days()));
        expires_at.saturating_sub(ahead).unwrap_or(expires_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const END: &str = "2026-12-31T12:00:00Z";

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_stage_lasts_from_its_moment_to_the_next_one() {
        for (at, stage, next) in [
            (
                "2026-12-01T11:59:59.999Z",
                None,
                Some("2026-12-01T12:00:00Z"),
            ),
            (
                "2026-12-01T12:00:00Z",
                Some(ConsentStage::ThirtyDays),
                Some("2026-12-24T12:00:00Z"),
            ),
            (
                "2026-12-24T12:00:00Z",
                Some(ConsentStage::SevenDays),
                Some("2026-12-30T12:00:00Z"),
            ),
            (
                "2026-12-30T12:00:00Z",
                Some(ConsentStage::OneDay),
                Some(END),
            ),
            (
                "2026-12-31T11:59:59.999Z",
                Some(ConsentStage::OneDay),
                Some(END),
            ),
            (END, Some(ConsentStage::Expired), None),
            ("2027-12-31T12:00:00Z", Some(ConsentStage::Expired), None),
        ] {
            assert_eq!(ConsentStage::at(time(END), time(at)), stage, "{at}");
            assert_eq!(
                ConsentStage::next_begins_at(time(END), time(at)),
                next.map(time),
                "{at}"
            );
        }
    }

    #[test]
    fn a_stage_is_nearer_to_the_end_than_the_one_before_it() {
        assert!(ConsentStage::ALL.is_sorted_by(|one, next| one < next && one.days() > next.days()));
    }

    #[test]
    fn a_consent_at_the_limits_of_time_has_a_stage() {
        let now = time(END);

        assert_eq!(
            ConsentStage::at(Timestamp::MIN, now),
            Some(ConsentStage::Expired)
        );
        assert_eq!(ConsentStage::at(Timestamp::MAX, now), None);
        assert_eq!(
            ConsentStage::next_begins_at(Timestamp::MIN, Timestamp::MIN),
            None
        );
    }
}
