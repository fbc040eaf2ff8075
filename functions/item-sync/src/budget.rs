//! How long, and how often, one batch may call Pluggy.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// What must be left for a call to begin.
const RESERVE: Duration = Duration::from_secs(10);
/// What is left at the end for putting the rest of the batch back, whatever a call does.
const LAST_WRITES: Duration = Duration::from_secs(5);
/// After so many refusals in a row, the rest of the batch waits: Pluggy is down, or limits us.
const MAX_REFUSALS: u32 = 3;

/// The clock of one invocation, and its patience with Pluggy.
#[derive(Debug)]
pub(crate) struct Budget {
    now: Timestamp,
    began: Instant,
    deadline: Instant,
    refusals: u32,
}

impl Budget {
    pub(crate) fn new(now: Timestamp, deadline: Instant) -> Self {
        Self {
            now,
            began: Instant::now(),
            deadline,
            refusals: 0,
        }
    }

    /// The time now: that of the invocation's begin, and what has passed since.
    pub(crate) fn now(&self) -> Timestamp {
        let passed = SignedDuration::try_from(self.began.elapsed()).unwrap_or_default();
        self.now.saturating_add(passed).unwrap_or(self.now)
    }

    pub(crate) fn allows_a_call(&self) -> bool {
        self.refusals < MAX_REFUSALS && Instant::now() + RESERVE < self.deadline
    }

    /// A call that has no answer by then has none.
    pub(crate) fn last_answer(&self) -> Instant {
        self.deadline
            .checked_sub(LAST_WRITES)
            .unwrap_or(self.deadline)
    }

    pub(crate) fn answered(&mut self) {
        self.refusals = 0;
    }

    pub(crate) fn refused(&mut self) {
        self.refusals += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(left: Duration) -> Budget {
        Budget::new(Timestamp::UNIX_EPOCH, Instant::now() + left)
    }

    #[tokio::test]
    async fn three_refusals_in_a_row_end_the_calls() {
        let mut budget = budget(Duration::from_mins(1));

        budget.refused();
        budget.refused();
        budget.answered();
        budget.refused();
        budget.refused();
        assert!(budget.allows_a_call());
        budget.refused();
        assert!(!budget.allows_a_call());
    }

    #[tokio::test(start_paused = true)]
    async fn the_last_seconds_are_for_putting_the_rest_back() {
        let budget = budget(Duration::from_mins(1));
        assert!(budget.allows_a_call());

        tokio::time::advance(Duration::from_secs(50)).await;

        assert!(!budget.allows_a_call());
        assert_eq!(budget.now(), Timestamp::from_second(50).unwrap());
    }
}
