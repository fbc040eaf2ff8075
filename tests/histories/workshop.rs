//! Where histories are told: on every core, each with a runtime whose clock only the history moves.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use tokio::runtime::{Builder, Runtime};

/// A runtime on this thread, whose clock stands still unless it is advanced.
pub(crate) struct Workshop {
    // Dropped before the runtime, whose end waits for its blocking tasks.
    _hold: Sender<()>,
    runtime: Runtime,
}

impl Workshop {
    pub(crate) fn open() -> Self {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap();
        // While a blocking task is there, a clock that stands still does not advance by itself.
        let (hold, end_of_hold) = channel();
        runtime.spawn_blocking(move || end_of_hold.recv());
        Self {
            _hold: hold,
            runtime,
        }
    }

    pub(crate) fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }
}

/// Does the parts of the work on all cores; gives what they made, in their order.
pub(crate) fn share<P: Sync, T: Send>(parts: Vec<P>, work: impl Fn(&P) -> Vec<T> + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(BTreeMap::new());
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(part) = parts.get(number) else {
                        break;
                    };
                    let made = work(part);
                    done.lock().unwrap().insert(number, made);
                }
            });
        }
    });
    done.into_inner().unwrap().into_values().flatten().collect()
}
