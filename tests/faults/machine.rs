//! A measure of how busy the machine is. A late timer makes a response late too, and neither is the function's fault.

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;

const TICK: Duration = Duration::from_millis(10);

/// A watch over timers, which runs until its result is read.
pub(crate) struct Lateness {
    worst: watch::Receiver<Duration>,
    ticking: JoinHandle<()>,
}

impl Lateness {
    pub(crate) fn watch() -> Self {
        let (sender, worst) = watch::channel(Duration::ZERO);
        let ticking = tokio::spawn(async move {
            loop {
                let due = Instant::now() + TICK;
                tokio::time::sleep_until(due).await;
                let late = due.elapsed();
                sender.send_if_modified(|worst| {
                    let is_worse = late > *worst;
                    *worst = late.max(*worst);
                    is_worse
                });
            }
        });
        Self { worst, ticking }
    }

    /// Returns the greatest delay of a timer.
    pub(crate) fn worst(self) -> Duration {
        self.ticking.abort();
        *self.worst.borrow()
    }
}
