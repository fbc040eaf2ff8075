//! The clock. Only a function's `main` reads it, once per invocation; everything below takes `now`.

use jiff::Timestamp;

/// The time now.
pub fn now() -> Timestamp {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the clock"
    )]
    Timestamp::now()
}
