//! How busy the machine is: what makes a timer late makes an answer late, too, and neither is the function's fault.

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;

const TICK: Duration = Duration::from_millis(10);

/// Watches timers until it is asked.
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

    /// The latest that a timer has been.
    pub(crate) fn worst(self) -> Duration {
        self.ticking.abort();
        *self.worst.borrow()
    }
}
