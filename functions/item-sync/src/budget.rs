//! Budget of time and calls to Pluggy for one batch.

use std::time::Duration;

use client::Error;
use connection::DEFER_DELAY;
use jiff::{SignedDuration, Timestamp};
use tokio::time::{Instant, timeout_at};

use crate::hints::UnknownItems;
use crate::response::Response;
use crate::retry::{after, asked_to_wait};

/// Time that must be left to start a call.
const RESERVE: Duration = Duration::from_secs(10);
/// Time reserved at the end for deferring the rest of the batch.
const LAST_WRITES: Duration = Duration::from_secs(5);
/// After this many failed calls in a row the rest of the batch is deferred: Pluggy is down or throttles.
const MAX_REFUSALS: u32 = 3;

/// Clock of one invocation, and its remaining calls to Pluggy.
#[derive(Debug)]
pub(crate) struct Budget {
    now: Timestamp,
    began: Instant,
    deadline: Instant,
    refusals: u32,
    pub(crate) unknown_items: UnknownItems,
    wait: SignedDuration,
}

impl Budget {
    pub(crate) fn new(now: Timestamp, deadline: Instant) -> Self {
        Self {
            now,
            began: Instant::now(),
            deadline,
            refusals: 0,
            unknown_items: UnknownItems::default(),
            wait: SignedDuration::ZERO,
        }
    }

    /// Returns the current time: the start of the invocation plus the elapsed time.
    pub(crate) fn now(&self) -> Timestamp {
        let passed = SignedDuration::try_from(self.began.elapsed()).unwrap_or_default();
        self.now.saturating_add(passed).unwrap_or(self.now)
    }

    /// Awaits the response to a call, within the time that is left. Without time or calls left the call is not
    /// made.
    pub(crate) async fn call<T>(
        &mut self,
        call: impl Future<Output = Result<Option<T>, Error>>,
    ) -> Response<T> {
        if !self.allows_a_call() {
            return Response::Deferred(self.deferred_until());
        }
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
            // The rate limit applies to our address, so every other call would fail too.
            Err(error @ Error::RateLimited { .. }) => {
                self.refusals = MAX_REFUSALS;
                self.wait = self.wait.max(asked_to_wait(error));
            }
            Err(error) if !error.is_about_this_call() => self.refusals += 1,
            _ => self.refusals = 0,
        }
        answer.into()
    }

    fn allows_a_call(&self) -> bool {
        self.refusals < MAX_REFUSALS && Instant::now() + RESERVE < self.deadline
    }

    /// Returns when to fetch what the batch has no call left for.
    fn deferred_until(&self) -> Timestamp {
        after(self.now(), DEFER_DELAY.max(self.wait))
    }
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

        let refusal = || ready(Err::<Option<()>, _>(Error::KeyRefused));

        for _ in 0..2 {
            let _ = budget.call(refusal()).await;
        }
        let _ = budget.call(ready(Ok(Some(())))).await;
        for _ in 0..2 {
            let _ = budget.call(refusal()).await;
        }
        assert!(budget.allows_a_call());
        let _ = budget.call(refusal()).await;
        assert!(!budget.allows_a_call());
    }

    #[tokio::test(start_paused = true)]
    async fn a_limit_of_the_rate_ends_the_calls_for_as_long_as_pluggy_says() {
        let mut budget = budget(Duration::from_mins(1));
        assert_eq!(budget.deferred_until(), Timestamp::from_second(30).unwrap());
        let limited = Error::RateLimited {
            retry_after: Duration::from_mins(10),
        };

        let _ = budget.call(ready(Err::<Option<()>, _>(limited))).await;

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
