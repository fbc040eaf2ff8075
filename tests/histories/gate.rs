//! Where a process can stand still: at each of its await points, until it is let on, or dropped.

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
    standing: Option<(u64, Point)>,
    driver: Option<Waker>,
    stander: Option<Waker>,
}

/// The process went on without waiting for this any longer, or is gone.
#[derive(Debug)]
pub(crate) struct Abandoned;

impl fmt::Display for Abandoned {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("nobody waits here any more")
    }
}

impl Error for Abandoned {}

impl Gate {
    /// A gate where nobody has to stand.
    pub(crate) fn free() -> Self {
        let gate = Self::default();
        gate.state().is_free = true;
        gate
    }

    /// Stands still until let on.
    pub(crate) async fn pass(&self, point: Point) -> Result<(), Abandoned> {
        let mut ticket = None;
        poll_fn(|context| {
            let mut state = self.state();
            if state.is_free {
                return Poll::Ready(Ok(()));
            }
            let stands = state.standing.map(|(ticket, _)| ticket);
            if ticket.is_some() && ticket != stands {
                return Poll::Ready(Err(Abandoned));
            }
            if state.permits > 0 {
                state.permits -= 1;
                state.standing = None;
                return Poll::Ready(Ok(()));
            }
            if ticket.is_none() {
                state.tickets += 1;
                ticket = Some(state.tickets);
                state.standing = Some((state.tickets, point));
            }
            state.stander = Some(context.waker().clone());
            if let Some(driver) = state.driver.take() {
                driver.wake();
            }
            Poll::Pending
        })
        .await
    }

    /// Lets whoever stands here, or comes next, on to the next point.
    pub(crate) fn admit(&self) {
        let mut state = self.state();
        state.permits += 1;
        if let Some(stander) = state.stander.take() {
            stander.wake();
        }
    }

    /// Where the process stands; if it is on its way, the driver is woken when it stands.
    pub(crate) fn standing(&self, driver: &Waker) -> Option<Point> {
        let mut state = self.state();
        let standing = state.standing.filter(|_| state.permits == 0);
        state.driver = Some(driver.clone());
        standing.map(|(_, point)| point)
    }

    /// The process is gone.
    pub(crate) fn reset(&self) {
        let mut state = self.state();
        state.permits = 0;
        state.standing = None;
        if let Some(stander) = state.stander.take() {
            stander.wake();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
