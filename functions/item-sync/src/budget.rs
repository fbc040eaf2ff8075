//! How long, and how often, one batch may call Pluggy.

use std::time::Duration;

use client::Error;
use jiff::{SignedDuration, Timestamp};
use tokio::time::{Instant, timeout_at};

/// What must be left for a call to begin.
const RESERVE: Duration = Duration::from_secs(10);
/// What is left at the end for putting the rest of the batch back, whatever a call does.
const LAST_WRITES: Duration = Duration::from_secs(5);
/// After so many refusals in a row, the rest of the batch waits: Pluggy is down, or limits us.
const MAX_REFUSALS: u32 = 3;

/// So many items of a batch may be asked for that nobody but frontends speaks of: whoever makes up
/// ids must not use up the calls for the others.
const MAX_UNKNOWN_ITEMS: u32 = 5;

/// After this, what the batch had no time left for is looked at.
const DEFER_DELAY: SignedDuration = SignedDuration::from_secs(30);

/// The clock of one invocation, and its patience with Pluggy.
#[derive(Debug)]
pub(crate) struct Budget {
    now: Timestamp,
    began: Instant,
    deadline: Instant,
    refusals: u32,
    unknown_items: u32,
    wait: SignedDuration,
}

impl Budget {
    pub(crate) fn new(now: Timestamp, deadline: Instant) -> Self {
        Self {
            now,
            began: Instant::now(),
            deadline,
            refusals: 0,
            unknown_items: 0,
            wait: SignedDuration::ZERO,
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

    /// Whether one more item may be asked for that nobody but frontends speaks of.
    pub(crate) fn allows_unknown_item(&mut self) -> bool {
        self.unknown_items += 1;
        self.unknown_items <= MAX_UNKNOWN_ITEMS
    }

    /// Waits for the answer to a call, as long as there is time for it.
    pub(crate) async fn ask<T>(
        &mut self,
        call: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let last_answer = self
            .deadline
            .checked_sub(LAST_WRITES)
            .unwrap_or(self.deadline);
        let unanswered = Error::Unavailable {
            status: None,
            error_id: None,
            source: None,
        };
        let answer = timeout_at(last_answer, call)
            .await
            .unwrap_or(Err(unanswered));
        match &answer {
            // The limit is that of our address, so that no other call would be answered either.
            Err(error @ Error::RateLimited { .. }) => {
                self.refusals = MAX_REFUSALS;
                self.wait = self.wait.max(asked_to_wait(error));
            }
            Err(error) if !error.is_about_this_call() => self.refusals += 1,
            _ => self.refusals = 0,
        }
        answer
    }

    /// When to look at what the batch has no call left for.
    pub(crate) fn deferred_until(&self) -> Timestamp {
        after(self.now(), DEFER_DELAY.max(self.wait))
    }
}

/// For how long Pluggy asks to be left alone, if it does.
pub(crate) fn asked_to_wait(error: &Error) -> SignedDuration {
    error
        .retry_after()
        .and_then(|wait| SignedDuration::try_from(wait).ok())
        .unwrap_or_default()
}

pub(crate) fn after(time: Timestamp, delay: SignedDuration) -> Timestamp {
    time.saturating_add(delay).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::ready;

    fn budget(left: Duration) -> Budget {
        Budget::new(Timestamp::UNIX_EPOCH, Instant::now() + left)
    }

    #[tokio::test]
    async fn three_refusals_in_a_row_end_the_calls() {
        let mut budget = budget(Duration::from_mins(1));

        let refusal = || ready(Err::<(), _>(Error::KeyRefused));

        for _ in 0..2 {
            let _ = budget.ask(refusal()).await;
        }
        let _ = budget.ask(ready(Ok(()))).await;
        for _ in 0..2 {
            let _ = budget.ask(refusal()).await;
        }
        assert!(budget.allows_a_call());
        let _ = budget.ask(refusal()).await;
        assert!(!budget.allows_a_call());
    }

    #[tokio::test(start_paused = true)]
    async fn a_limit_of_the_rate_ends_the_calls_for_as_long_as_pluggy_says() {
        let mut budget = budget(Duration::from_mins(1));
        assert_eq!(budget.deferred_until(), Timestamp::from_second(30).unwrap());
        let limited = Error::RateLimited {
            retry_after: Duration::from_mins(10),
        };

        let _ = budget.ask(ready(Err::<(), _>(limited))).await;

        assert!(!budget.allows_a_call());
        assert_eq!(
            budget.deferred_until(),
            Timestamp::from_second(600).unwrap()
        );
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
