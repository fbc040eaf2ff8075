//! Progress of a batch: which fetches have begun and ended, and which slow calls alone keep the batch waiting.

use std::cell::Cell;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::sleep;

/// A call that lasts longer is slow. That a connection died while the process was frozen is noticed in less, and the call is
/// then repeated.
const SLOW_CALL: Duration = Duration::from_millis(2_500);

/// The fetches of one batch.
#[derive(Debug)]
pub(crate) struct Progress {
    waiting: Cell<usize>,
    running: Cell<usize>,
    slow: Cell<usize>,
    /// Whether nothing but slow calls is left.
    is_held_up: Cell<bool>,
    changed: Notify,
}

impl Progress {
    /// Returns the progress of a batch of which no fetch has begun.
    pub(crate) fn new(fetches: usize) -> Self {
        Self {
            waiting: Cell::new(fetches),
            running: Cell::new(0),
            slow: Cell::new(0),
            is_held_up: Cell::new(false),
            changed: Notify::new(),
        }
    }

    /// Records that a fetch begins.
    pub(crate) fn begin(&self) {
        self.waiting.update(|waiting| waiting.saturating_sub(1));
        self.running.update(|running| running + 1);
    }

    /// Records that a fetch has ended.
    pub(crate) fn end(&self) {
        self.running.update(|running| running.saturating_sub(1));
        self.changed.notify_waiters();
    }

    /// Records that no further fetch begins.
    pub(crate) fn stop(&self) {
        self.waiting.set(0);
        self.changed.notify_waiters();
    }

    /// Completes when a call that begins now has become slow, and the batch waits for slow calls alone.
    pub(crate) async fn held_up(&self) {
        sleep(SLOW_CALL).await;
        self.slow.update(|slow| slow + 1);
        let _no_longer = Slow(&self.slow);
        loop {
            let changed = self.changed.notified();
            let waits_for_slow_calls =
                self.waiting.get() == 0 && self.slow.get() == self.running.get();
            if waits_for_slow_calls && !self.is_held_up.replace(true) {
                self.changed.notify_waiters();
            }
            if self.is_held_up.get() {
                return;
            }
            changed.await;
        }
    }
}

/// One slow call, until it ends.
struct Slow<'a>(&'a Cell<usize>);

impl Drop for Slow<'_> {
    fn drop(&mut self) {
        self.0.update(|slow| slow.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::{Instant, timeout};

    const LONG: Duration = Duration::from_mins(1);

    async fn seconds_until_held_up(progress: &Progress) -> f32 {
        let began = Instant::now();
        progress.held_up().await;
        began.elapsed().as_secs_f32()
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_is_alone_is_held_up_when_it_is_slow() {
        let progress = Progress::new(1);
        progress.begin();

        assert!((2.5..2.6).contains(&seconds_until_held_up(&progress).await));
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_is_not_held_up_while_another_fetch_runs_or_waits() {
        let progress = Progress::new(3);
        progress.begin();
        progress.begin();
        assert!(timeout(LONG, progress.held_up()).await.is_err());
        progress.end();
        assert!(timeout(LONG, progress.held_up()).await.is_err());
        progress.stop();
        assert!(timeout(LONG, progress.held_up()).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn slow_calls_that_are_left_are_held_up_together() {
        let progress = Progress::new(3);
        for _ in 0..3 {
            progress.begin();
        }
        let end_of_the_third = async {
            sleep(Duration::from_secs(4)).await;
            progress.end();
        };

        let (first, second, ()) = tokio::join!(
            seconds_until_held_up(&progress),
            seconds_until_held_up(&progress),
            end_of_the_third
        );

        assert!((4.0..4.1).contains(&first) && (4.0..4.1).contains(&second));
    }
}
