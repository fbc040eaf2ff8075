//! The sandbox's time: processes that take minutes at Pluggy can take milliseconds.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, Serializer};
use tokio::sync::watch;
use tokio::time::{self, Instant};

/// A clock, the only one that reads the system time. Waits are divided by the scale. The time of day is not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    scale: u32,
}

impl Clock {
    pub(crate) fn new(scale: u32) -> Self {
        Self {
            scale: scale.max(1),
        }
    }

    #[expect(
        clippy::unused_self,
        reason = "only the owner of a clock may read the time"
    )]
    #[expect(
        clippy::disallowed_methods,
        reason = "a server that acts on its own has no caller to pass the time in; only this method reads it"
    )]
    pub(crate) fn now(self) -> Moment {
        Moment(Timestamp::now())
    }

    /// Returns the end of a wait of `duration` that starts now.
    pub(crate) fn end_of(self, duration: Duration) -> Moment {
        self.now().plus(self.scaled(duration))
    }

    /// Returns how long a wait really takes.
    pub(crate) fn scaled(self, duration: Duration) -> Duration {
        duration / self.scale
    }
}

/// The waits for times of Pluggy's, and what shortens them.
#[derive(Debug)]
pub(crate) struct Waits {
    clock: Clock,
    /// By how much all waits so far were shortened.
    passed: watch::Sender<Duration>,
}

impl Waits {
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            clock,
            passed: watch::Sender::new(Duration::ZERO),
        }
    }

    /// Waits for a time of Pluggy's. [`Self::pass`] shortens it.
    pub(crate) async fn wait(&self, duration: Duration) {
        let mut passed = self.passed.subscribe();
        let before = *passed.borrow();
        let end = Instant::now() + self.clock.scaled(duration);
        loop {
            let skipped = self
                .clock
                .scaled(passed.borrow_and_update().saturating_sub(before));
            let end = end.checked_sub(skipped).unwrap_or_else(Instant::now);
            tokio::select! {
                () = time::sleep_until(end) => return,
                // The sender lives as long as this, so it is a change.
                _ = passed.changed() => {}
            }
        }
    }

    /// Lets a time pass for every wait that has begun: it ends so much earlier. The time of day is unchanged.
    pub(crate) fn pass(&self, duration: Duration) {
        self.passed
            .send_modify(|passed| *passed = passed.saturating_add(duration));
    }
}

/// A time as Pluggy writes it: ISO 8601 in UTC, always with milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub(crate) Timestamp);

impl Moment {
    pub(crate) fn plus(self, duration: Duration) -> Self {
        let duration = SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX);
        Self(self.0.saturating_add(duration).unwrap_or(Timestamp::MAX))
    }

    pub(crate) fn minus(self, duration: Duration) -> Self {
        let duration = SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX);
        Self(self.0.saturating_sub(duration).unwrap_or(Timestamp::MIN))
    }

    /// Truncates the time to its written form, so that later comparisons are exact.
    pub(crate) fn truncated(self) -> Self {
        Self(Timestamp::from_millisecond(self.0.as_millisecond()).unwrap_or(self.0))
    }

    /// Returns the next time with a different written form.
    pub(crate) fn next(self) -> Self {
        self.truncated().plus(Duration::from_millis(1))
    }

    pub(crate) fn as_second(self) -> i64 {
        self.0.as_second()
    }
}

impl std::fmt::Display for Moment {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:.3}", self.0)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_with_exactly_three_decimals() {
        for (input, written) in [
            ("2026-11-23T12:00:00Z", "2026-11-23T12:00:00.000Z"),
            ("2026-11-23T12:00:00.123456789Z", "2026-11-23T12:00:00.123Z"),
        ] {
            let moment = Moment(input.parse().unwrap());

            assert_eq!(moment.to_string(), written);
        }
    }

    #[test]
    fn a_scale_of_zero_does_not_divide_by_zero() {
        let clock = Clock::new(0);

        assert_eq!(clock.scaled(Duration::from_secs(3)), Duration::from_secs(3));
    }
}
