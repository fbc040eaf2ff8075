//! The time limit of one invocation.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::{Instant, timeout_at};

/// The time reserved for the response.
const RESERVE: Duration = Duration::from_secs(3);

/// The clock of one invocation.
pub(crate) struct Invocation {
    now: Timestamp,
    began: Instant,
    last_work: Instant,
}

impl Invocation {
    pub(crate) fn new(now: Timestamp, deadline: Instant) -> Self {
        Self {
            now,
            began: Instant::now(),
            last_work: deadline.checked_sub(RESERVE).unwrap_or(deadline),
        }
    }

    /// Returns the current time: the start of the invocation plus the elapsed time.
    pub(crate) fn now(&self) -> Timestamp {
        let passed = SignedDuration::try_from(self.began.elapsed()).unwrap_or_default();
        self.now.saturating_add(passed).unwrap_or(self.now)
    }

    /// Returns the result of the work, or `None` if the time ends first.
    pub(crate) async fn finish<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        timeout_at(self.last_work, work).await.ok()
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn time_goes_on_and_ends_before_the_deadline() {
        let begin: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        let deadline = Instant::now() + Duration::from_mins(1);
        let invocation = Invocation::new(begin, deadline);

        let unfinished = invocation.finish(pending::<()>()).await;

        assert_eq!(unfinished, None);
        assert_eq!(Instant::now() + RESERVE, deadline);
        assert_eq!(invocation.now(), "2026-11-23T12:00:57Z".parse().unwrap());
        assert_eq!(invocation.finish(async { 1 }).await, Some(1));
    }
}
