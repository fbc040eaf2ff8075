//! Budget of time and calls to Pluggy for one batch.

use std::cell::Cell;
use std::time::Duration;

use client::Error;
use connection::DEFER_DELAY;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use crate::hints::UnknownItems;
use crate::progress::Progress;
use crate::response::Response;
use crate::retry::{after, asked_to_wait, jitter};

/// Time that must be left to start a call.
const RESERVE: Duration = Duration::from_secs(10);
/// Time reserved at the end for deferring the rest of the batch.
const LAST_WRITES: Duration = Duration::from_secs(5);
/// Fetches that a limit deferred are spread over this time after its end.
const SPREAD: SignedDuration = SignedDuration::from_mins(1);
/// Items whose decisions are carried out at a time. DynamoDB answers within milliseconds, so a few connections keep up with
/// all fetches, and each one costs a handshake.
const WRITES_AT_A_TIME: usize = 4;
/// After this many failed calls in a row the rest of the batch is deferred: Pluggy is down or throttles.
const MAX_REFUSALS: u32 = 3;

/// Clock of one invocation, and its remaining calls to Pluggy.
#[derive(Debug)]
pub(crate) struct Budget {
    now: Timestamp,
    began: Instant,
    deadline: Instant,
    /// The calls that the pace of the fleet leaves to this batch.
    calls: Cell<u32>,
    refusals: Cell<u32>,
    /// Until when what exceeds the calls is deferred at least.
    limited_until: Cell<Option<Timestamp>>,
    /// Until when Pluggy has limited our calls in this batch.
    paused_until: Cell<Option<Timestamp>>,
    pub(crate) unknown_items: UnknownItems,
    pub(crate) progress: Progress,
    pub(crate) writes: Semaphore,
}

impl Budget {
    /// Returns the budget of a batch of so many fetches. The pace of the fleet does not limit it.
    pub(crate) fn new(now: Timestamp, deadline: Instant, fetches: usize) -> Self {
        Self {
            now,
            began: Instant::now(),
            deadline,
            calls: Cell::new(u32::MAX),
            refusals: Cell::new(0),
            limited_until: Cell::new(None),
            paused_until: Cell::new(None),
            unknown_items: UnknownItems::default(),
            progress: Progress::new(fetches),
            writes: Semaphore::new(WRITES_AT_A_TIME),
        }
    }

    /// Leaves so many calls to the batch. What exceeds them is deferred at least until `until`.
    pub(crate) fn limit_calls(&self, calls: u32, until: Timestamp) {
        self.calls.set(calls);
        self.limited_until.set(Some(until));
    }

    /// Returns the current time: the start of the invocation plus the elapsed time.
    pub(crate) fn now(&self) -> Timestamp {
        let passed = SignedDuration::try_from(self.began.elapsed()).unwrap_or_default();
        self.now.saturating_add(passed).unwrap_or(self.now)
    }

    /// Awaits the response to a call about `target`, within the time that is left. Without time or calls left the call
    /// is not made. Unless it `has_full_time`, a slow call is cut that alone keeps the batch waiting.
    pub(crate) async fn call<T>(
        &self,
        target: u128,
        has_full_time: bool,
        call: impl Future<Output = Result<Option<T>, Error>>,
    ) -> Response<T> {
        if !self.takes_a_call() {
            return Response::Deferred(self.deferred_until(target));
        }
        let unanswered = Error::Unavailable {
            status: None,
            error_id: None,
            source: None,
        };
        let last_answer = self
            .deadline
            .checked_sub(LAST_WRITES)
            .unwrap_or(self.deadline);
        let answer = tokio::select! {
            biased;
            answer = timeout_at(last_answer, call) => answer.unwrap_or(Err(unanswered)),
            () = self.progress.held_up(), if !has_full_time => {
                return Response::Cut(self.deferred_until(target));
            }
        };
        match &answer {
            // The limit applies to our address, so every other call would fail too. It says nothing about the target.
            Err(error @ Error::RateLimited { .. }) => {
                self.calls.set(0);
                let until = after(self.now(), asked_to_wait(error));
                self.paused_until.update(|paused| paused.max(Some(until)));
                self.limited_until
                    .update(|limited| limited.max(Some(until)));
                return Response::Deferred(self.deferred_until(target));
            }
            Err(error) if !error.is_about_this_call() => {
                self.refusals.update(|refusals| refusals + 1);
            }
            _ => self.refusals.set(0),
        }
        answer.into()
    }

    /// Returns until when Pluggy has limited our calls in this batch, if it has.
    pub(crate) fn paused_until(&self) -> Option<Timestamp> {
        self.paused_until.get()
    }

    fn takes_a_call(&self) -> bool {
        let has_time = Instant::now() + RESERVE < self.deadline;
        if !has_time || self.refusals.get() >= MAX_REFUSALS || self.calls.get() == 0 {
            return false;
        }
        self.calls.update(|calls| calls - 1);
        true
    }

    /// Returns when to fetch what the batch has no call left for. After a limit not all come at once.
    fn deferred_until(&self, target: u128) -> Timestamp {
        let soon = after(self.now(), DEFER_DELAY);
        match self.limited_until.get() {
            Some(until) => soon.max(after(until, SPREAD.mul_f64(jitter(target, self.now())))),
            None => soon,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::{pending, ready};

    const TARGET: u128 = 1;

    fn budget(left: Duration) -> Budget {
        let budget = Budget::new(Timestamp::UNIX_EPOCH, Instant::now() + left, 1);
        budget.progress.begin();
        budget
    }

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    async fn call(budget: &Budget, result: Result<Option<()>, Error>) -> Response<()> {
        budget.call(TARGET, false, ready(result)).await
    }

    #[tokio::test(start_paused = true)]
    async fn three_refusals_in_a_row_end_the_calls() {
        let budget = budget(Duration::from_mins(1));

        for _ in 0..2 {
            let _ = call(&budget, Err(Error::KeyRefused)).await;
        }
        let _ = call(&budget, Ok(Some(()))).await;
        for _ in 0..3 {
            let response = call(&budget, Err(Error::KeyRefused)).await;
            assert!(matches!(response, Response::Failed(_)));
        }

        let response = call(&budget, Ok(Some(()))).await;
        assert!(matches!(response, Response::Deferred(at) if at == second(30)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_limit_of_pluggys_ends_the_calls_and_spreads_the_rest_over_the_minute_after_it() {
        let budget = budget(Duration::from_mins(1));
        let limited = Error::RateLimited {
            retry_after: Duration::from_mins(10),
        };

        let limited = call(&budget, Err(limited)).await;
        let next = call(&budget, Ok(Some(()))).await;

        for response in [limited, next] {
            let minute_after = second(600)..second(660);
            assert!(matches!(response, Response::Deferred(at) if minute_after.contains(&at)));
        }
        assert_eq!(budget.paused_until(), Some(second(600)));
    }

    #[tokio::test(start_paused = true)]
    async fn the_pace_of_the_fleet_leaves_so_many_calls() {
        let budget = budget(Duration::from_mins(1));
        budget.limit_calls(1, second(100));

        let first = call(&budget, Ok(Some(()))).await;
        let second_call = call(&budget, Ok(Some(()))).await;

        assert!(matches!(first, Response::Found(())));
        assert!(matches!(second_call, Response::Deferred(at) if at >= second(100)));
        assert_eq!(budget.paused_until(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn the_last_seconds_are_for_deferring_the_rest() {
        let budget = budget(Duration::from_mins(1));

        tokio::time::advance(Duration::from_secs(50)).await;

        let response = call(&budget, Ok(Some(()))).await;
        assert!(matches!(response, Response::Deferred(at) if at == second(80)));
        assert_eq!(budget.now(), second(50));
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_call_that_alone_keeps_its_batch_waiting_is_cut_unless_it_has_full_time() {
        let budget = budget(Duration::from_mins(1));

        let response = budget.call::<()>(TARGET, false, pending()).await;
        assert!(matches!(response, Response::Cut(_)));
        assert!(budget.now() < second(3));

        let response = budget.call::<()>(TARGET, true, pending()).await;
        assert!(matches!(
            response,
            Response::Failed(Error::Unavailable { .. })
        ));
        assert_eq!(budget.now(), second(55));
    }
}
