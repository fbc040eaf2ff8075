//! An invocation that the test polls by hand, from one await point to the next. Dropping it at an await point simulates
//! a process that is killed there.

use std::future::{Future, pending, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use tokio::task::yield_now;

use crate::gate::{Activity, Gate, Point};
use crate::stall::stalled;

/// No client waits longer before it sends a request again.
const RETRY_DELAY: Duration = Duration::from_secs(1);
/// How often the runtime runs everything else before the driver chooses one of several fetches: a fetch that goes on at once
/// has come to its next await point by then.
const PASSES: usize = 2;
/// The same, if the fetch of the history's item may be between the process and Pluggy. By then, a message has got from one end
/// of a connection to the other.
const UNCLEAR_PASSES: usize = 40;
/// More await points than any invocation has.
const MAX_POINTS: usize = 1_000;

/// A running invocation.
pub(crate) struct Run<T> {
    future: Pin<Box<dyn Future<Output = T>>>,
    gate: Gate,
    point: Option<Point>,
}

impl<T> Run<T> {
    /// Returns an invocation of the process behind `gate`. It has not started.
    pub(crate) fn new(gate: &Gate, future: impl Future<Output = T> + 'static) -> Self {
        Self {
            future: Box::pin(future),
            gate: gate.clone(),
            point: None,
        }
    }

    /// Returns an invocation that has not started, with another value at its end.
    pub(crate) fn map<U>(mut self, map: impl FnOnce(T) -> U + 'static) -> Run<U>
    where
        T: 'static,
    {
        let future = std::mem::replace(&mut self.future, Box::pin(pending()));
        Run::new(&self.gate, async move { map(future.await) })
    }

    /// Returns the await point where it waits, and would go on next.
    pub(crate) fn point(&self) -> Option<Point> {
        self.point
    }

    /// Runs to the next await point. Returns the invocation's value if it ends before.
    pub(crate) async fn go(&mut self) -> Option<T> {
        if self.point.is_some() {
            self.gate.admit();
        }
        self.poll().await
    }

    /// Polls the invocation again after time has passed, since what it waits for may have timed out.
    pub(crate) async fn poll(&mut self) -> Option<T> {
        self.gate.run();
        let is_alone = !self.gate.has_neighbors();
        let mut passes = 0;
        loop {
            let next = poll_fn(|context| {
                if let Poll::Ready(value) = self.future.as_mut().poll(context) {
                    return Poll::Ready(Ok(value));
                }
                match self.gate.activity(context.waker()) {
                    Activity::Running => Poll::Pending,
                    activity => Poll::Ready(Err(activity)),
                }
            });
            let activity = tokio::select! {
                ended = next => match ended {
                    Ok(value) => return Some(value),
                    Err(activity) => activity,
                },
                () = stalled() => {
                    self.gate.count_stall();
                    tokio::time::advance(RETRY_DELAY).await;
                    self.gate.give_up_the_absent();
                    continue;
                }
            };
            let wanted = match activity {
                Activity::Unclear => UNCLEAR_PASSES,
                _ if is_alone => 0,
                _ => PASSES,
            };
            if passes >= wanted {
                self.point = self.gate.choose();
                return None;
            }
            passes += 1;
            yield_now().await;
        }
    }

    /// Runs for this many await points, then kills the invocation if it has not ended.
    pub(crate) async fn crash_after(mut self, points: usize) -> Result<T, Option<Point>> {
        for _ in 0..=points {
            if let Some(value) = self.go().await {
                return Ok(value);
            }
        }
        Err(self.point)
    }

    /// Runs to the end.
    pub(crate) async fn finish(self) -> T {
        match self.crash_after(MAX_POINTS).await {
            Ok(value) => value,
            Err(point) => panic!("an invocation does not end; it waits at {point:?}"),
        }
    }
}

impl<T> Drop for Run<T> {
    fn drop(&mut self) {
        self.gate.reset();
    }
}
