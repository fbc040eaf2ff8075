//! How far one run may go.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// What must be left for a page to begin: two exchanges with Pluggy, and the writes.
const RESERVE: Duration = Duration::from_secs(30);

/// How much one run may do, besides its time.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many pages it may ask for. Pluggy may count listing and reading of items together, so
    /// one run must not use up what item-sync needs.
    pub pages: usize,
    /// How many checks it may ask for: as many as item-sync works off in a few minutes, since
    /// webhooks wait behind them.
    pub found: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            pages: 240,
            found: 600,
        }
    }
}

/// The clock of one run, and its limits.
#[derive(Debug)]
pub(crate) struct Budget {
    now: Timestamp,
    began: Instant,
    deadline: Instant,
    limits: Limits,
    pages: usize,
}

impl Budget {
    pub(crate) fn new(limits: Limits, now: Timestamp, deadline: Instant) -> Self {
        Self {
            now,
            began: Instant::now(),
            deadline,
            limits,
            pages: 0,
        }
    }

    /// The time now. A check must not seem older than the answer that it is made of, or item-sync
    /// would take it for one that was answered already.
    pub(crate) fn now(&self) -> Timestamp {
        let passed = SignedDuration::try_from(self.began.elapsed()).unwrap_or_default();
        self.now.saturating_add(passed).unwrap_or(self.now)
    }

    /// Takes a page out of the budget; false if there is none left.
    pub(crate) fn take_page(&mut self, found: usize) -> bool {
        let is_left = self.pages < self.limits.pages
            && found < self.limits.found
            && Instant::now() + RESERVE < self.deadline;
        self.pages += usize::from(is_left);
        is_left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(left: Duration) -> Budget {
        let limits = Limits { pages: 3, found: 5 };
        Budget::new(limits, Timestamp::UNIX_EPOCH, Instant::now() + left)
    }

    #[tokio::test(start_paused = true)]
    async fn a_run_ends_in_time() {
        let mut budget = budget(Duration::from_mins(5));
        assert!(budget.take_page(0));

        tokio::time::advance(Duration::from_secs(270)).await;

        assert!(!budget.take_page(0));
        assert_eq!(budget.now(), Timestamp::from_second(270).unwrap());
    }

    #[tokio::test(start_paused = true)]
    async fn a_run_has_so_many_pages_and_finds_so_many_items() {
        let mut budget = budget(Duration::from_mins(5));

        assert!(!budget.take_page(5));
        for _ in 0..3 {
            assert!(budget.take_page(4));
        }
        assert!(!budget.take_page(0));
    }
}
