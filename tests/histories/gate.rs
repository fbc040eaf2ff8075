//! Gates that stop a process at each of its await points until the driver admits or drops it.

use std::error::Error;
use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

/// An await point, by what the process waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Point {
    /// A read of a table, before it is done.
    BeforeRead,
    /// Its answer.
    AfterRead,
    /// A write to a table, before it is done.
    BeforeWrite,
    /// Its answer: the write is done, and the process does not know.
    AfterWrite,
    /// Pluggy has the request.
    BeforeAnswer,
    /// Pluggy's answer is on its way.
    AfterAnswer,
}

impl fmt::Display for Point {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::BeforeRead => "before a read",
            Self::AfterRead => "after a read",
            Self::BeforeWrite => "before a write",
            Self::AfterWrite => "after a write",
            Self::BeforeAnswer => "before Pluggy's answer",
            Self::AfterAnswer => "after Pluggy's answer",
        })
    }
}

/// The gate that one process passes at each await point.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gate(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    is_free: bool,
    permits: usize,
    tickets: u64,
    waiting: Option<(u64, Point)>,
    driver: Option<Waker>,
    waiter: Option<Waker>,
    stalls: usize,
}

/// The process no longer waits for this response, or is gone.
#[derive(Debug)]
pub(crate) struct Abandoned;

impl fmt::Display for Abandoned {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("nobody waits here any more")
    }
}

impl Error for Abandoned {}

impl Gate {
    /// Returns a gate that never blocks.
    pub(crate) fn free() -> Self {
        let gate = Self::default();
        gate.state().is_free = true;
        gate
    }

    /// Waits until the driver admits the process.
    pub(crate) async fn pass(&self, point: Point) -> Result<(), Abandoned> {
        let mut ticket = None;
        poll_fn(|context| {
            let mut state = self.state();
            if state.is_free {
                return Poll::Ready(Ok(()));
            }
            let waiting_ticket = state.waiting.map(|(ticket, _)| ticket);
            if ticket.is_some() && ticket != waiting_ticket {
                return Poll::Ready(Err(Abandoned));
            }
            if state.permits > 0 {
                state.permits -= 1;
                state.waiting = None;
                return Poll::Ready(Ok(()));
            }
            if ticket.is_none() {
                state.tickets += 1;
                ticket = Some(state.tickets);
                state.waiting = Some((state.tickets, point));
            }
            state.waiter = Some(context.waker().clone());
            if let Some(driver) = state.driver.take() {
                driver.wake();
            }
            Poll::Pending
        })
        .await
    }

    /// Admits the process that waits here, or the next one, to the next point.
    pub(crate) fn admit(&self) {
        let mut state = self.state();
        state.permits += 1;
        if let Some(waiter) = state.waiter.take() {
            waiter.wake();
        }
    }

    /// Returns the point where the process waits. If the process is running, the gate wakes the driver when it waits.
    pub(crate) fn waiting(&self, driver: &Waker) -> Option<Point> {
        let mut state = self.state();
        let waiting = state.waiting.filter(|_| state.permits == 0);
        state.driver = Some(driver.clone());
        waiting.map(|(_, point)| point)
    }

    /// Counts a stall of the process.
    pub(crate) fn count_stall(&self) {
        self.state().stalls += 1;
    }

    /// Returns the number of stalls since the last call.
    pub(crate) fn take_stalls(&self) -> usize {
        std::mem::take(&mut self.state().stalls)
    }

    /// Resets the gate after the process is gone.
    pub(crate) fn reset(&self) {
        let mut state = self.state();
        state.permits = 0;
        state.waiting = None;
        if let Some(waiter) = state.waiter.take() {
            waiter.wake();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
