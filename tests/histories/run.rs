//! An invocation that the test polls by hand, from one await point to the next. Dropping it at an await point simulates
//! a process that is killed there.

use std::future::{Future, pending, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use crate::gate::{Gate, Point};
use crate::stall::stalled;

/// No client waits longer before it sends a request again.
const RETRY_DELAY: Duration = Duration::from_secs(1);
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

    /// Returns the await point where it waits.
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
        let ended = loop {
            let next = poll_fn(|context| {
                if let Poll::Ready(value) = self.future.as_mut().poll(context) {
                    return Poll::Ready(Ok(value));
                }
                match self.gate.waiting(context.waker()) {
                    Some(point) => Poll::Ready(Err(point)),
                    None => Poll::Pending,
                }
            });
            tokio::select! {
                ended = next => break ended,
                () = stalled() => {
                    self.gate.count_stall();
                    tokio::time::advance(RETRY_DELAY).await;
                }
            }
        };
        match ended {
            Ok(value) => Some(value),
            Err(point) => {
                self.point = Some(point);
                None
            }
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
