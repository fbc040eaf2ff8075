//! Time of the next attempt after a failed call to Pluggy. The delays are in `connection::schedule`.

use client::Error;
use connection::retry_delay;
use jiff::{SignedDuration, Timestamp};

/// Returns when to call again after `failures` failed calls in a row, of which the last was sent at `at`. It is not
/// before the time that Pluggy requests. The jitter differs from target to target and from call to call.
pub(crate) fn next_attempt(target: u128, failures: u32, at: Timestamp, error: &Error) -> Timestamp {
    let delay = retry_delay(failures, jitter(target, at)).max(asked_to_wait(error));
    after(at, delay)
}

/// Returns the wait that Pluggy requests, or zero.
pub(crate) fn asked_to_wait(error: &Error) -> SignedDuration {
    error
        .retry_after()
        .and_then(|wait| SignedDuration::try_from(wait).ok())
        .unwrap_or_default()
}

pub(crate) fn after(time: Timestamp, delay: SignedDuration) -> Timestamp {
    time.saturating_add(delay).unwrap_or(time)
}

/// Returns a number from 0 to 1.
pub(crate) fn jitter(target: u128, at: Timestamp) -> f64 {
    const STEPS: u16 = 1_000;
    let seed = target ^ u128::from(at.as_millisecond().unsigned_abs());
    let step = u16::try_from(seed % u128::from(STEPS)).unwrap_or(STEPS);
    f64::from(step) / f64::from(STEPS)
}
