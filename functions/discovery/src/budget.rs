//! Limits of one run.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// Time that must be left to start a page: two exchanges with Pluggy, and the writes.
const RESERVE: Duration = Duration::from_secs(30);

/// Limits of one run, besides its time.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Maximum number of pages. Pluggy may apply one rate limit to the list and to item fetches, so a run
    /// must leave calls for `item-sync`.
    pub pages: usize,
    /// Maximum number of fetch requests. `item-sync` handles that many in a few minutes; webhooks wait behind
    /// them.
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

/// Clock and limits of one run.
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

    /// Returns the current time. A fetch request must not be older than the list response that caused it, or
    /// `item-sync` skips it as already handled.
    pub(crate) fn now(&self) -> Timestamp {
        let passed = SignedDuration::try_from(self.began.elapsed()).unwrap_or_default();
        self.now.saturating_add(passed).unwrap_or(self.now)
    }

    /// Takes one page out of the budget. Returns false if none is left.
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
