//! Stalls: the invocation waits for a timer, and the clock of its runtime is paused.
//!
//! A request that loses its connection is sent again after a while. When the connection is lost depends on real I/O, so
//! no step of the history advances the clock for it.

use std::sync::LazyLock;
use std::thread;
use std::time::Duration;

use tokio::sync::watch::{Receiver, Sender};

/// The time between two ticks.
const TICK: Duration = Duration::from_secs(1);
/// The number of ticks without progress that are a stall. The first may come at once.
const TICKS: usize = 5;

/// The ticks of the real clock, for all runtimes of this process.
static CLOCK: LazyLock<Sender<()>> = LazyLock::new(|| {
    let clock = Sender::new(());
    let ticking = clock.clone();
    thread::spawn(move || {
        loop {
            thread::sleep(TICK);
            ticking.send_replace(());
        }
    });
    clock
});

/// Returns after four to five seconds of the real clock.
pub(crate) async fn stalled() {
    let mut ticks: Receiver<()> = CLOCK.subscribe();
    for _ in 0..TICKS {
        // The sender is never dropped.
        let _ = ticks.changed().await;
    }
}
