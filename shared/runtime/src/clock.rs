//! The clock. Only a function's `main` reads it, once per invocation. All other code takes `now`.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

/// Returns the current time.
pub fn now() -> Timestamp {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the clock"
    )]
    Timestamp::now()
}

/// Returns the time without what is finer than a millisecond.
pub fn in_milliseconds(time: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(time.as_millisecond()).unwrap_or(time)
}

/// Returns the deadline of an invocation. Lambda gives it in milliseconds of the epoch.
pub fn deadline(epoch_milliseconds: u64) -> Instant {
    let now = u64::try_from(now().as_millisecond()).unwrap_or_default();
    Instant::now() + Duration::from_millis(epoch_milliseconds.saturating_sub(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_deadline_is_as_far_away_as_lambda_says() {
        let in_an_hour = u64::try_from(now().as_millisecond()).unwrap() + 60 * 60 * 1000;

        let left = deadline(in_an_hour) - Instant::now();

        assert!(left <= Duration::from_hours(1), "{left:?}");
        assert!(left > Duration::from_mins(59), "{left:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_deadline_that_has_passed_is_now() {
        assert_eq!(deadline(0), Instant::now());
    }
}
