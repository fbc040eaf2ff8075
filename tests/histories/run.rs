//! An invocation that is polled by hand, from one await point to the next, and dropped at any of
//! them: as a process that is killed there.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use crate::gate::{Gate, Point};

/// More await points than any invocation has.
const MAX_POINTS: usize = 1_000;

/// An invocation under way.
pub(crate) struct Run<T> {
    future: Pin<Box<dyn Future<Output = T>>>,
    gate: Gate,
    point: Option<Point>,
}

impl<T> Run<T> {
    /// An invocation of the process behind `gate`, not yet begun.
    pub(crate) fn new(gate: &Gate, future: impl Future<Output = T> + 'static) -> Self {
        Self {
            future: Box::pin(future),
            gate: gate.clone(),
            point: None,
        }
    }

    /// Where it stands.
    pub(crate) fn point(&self) -> Option<Point> {
        self.point
    }

    /// Goes on to the next await point; gives what it returns, if it ends before.
    pub(crate) async fn go(&mut self) -> Option<T> {
        if self.point.is_some() {
            self.gate.admit();
        }
        self.look().await
    }

    /// Lets it see that time has passed: what it waits for may have timed out.
    pub(crate) async fn look(&mut self) -> Option<T> {
        let ended = poll_fn(|context| {
            if let Poll::Ready(value) = self.future.as_mut().poll(context) {
                return Poll::Ready(Ok(value));
            }
            match self.gate.standing(context.waker()) {
                Some(point) => Poll::Ready(Err(point)),
                None => Poll::Pending,
            }
        })
        .await;
        match ended {
            Ok(value) => Some(value),
            Err(point) => {
                self.point = Some(point);
                None
            }
        }
    }

    /// Goes on for so many await points, then it is killed if it has not ended.
    pub(crate) async fn crash_after(mut self, points: usize) -> Result<T, Option<Point>> {
        for _ in 0..=points {
            if let Some(value) = self.go().await {
                return Ok(value);
            }
        }
        Err(self.point)
    }

    /// Goes on to the end.
    pub(crate) async fn finish(self) -> T {
        match self.crash_after(MAX_POINTS).await {
            Ok(value) => value,
            Err(point) => panic!("an invocation does not end; it stands at {point:?}"),
        }
    }
}

impl<T> Drop for Run<T> {
    fn drop(&mut self) {
        self.gate.reset();
    }
}
