//! Workers that run histories on every core, each on a runtime whose clock only the history advances.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use tokio::runtime::{Builder, Runtime};

/// A runtime on this thread. Its clock is paused unless the history advances it.
pub(crate) struct Worker {
    // Dropped before the runtime, which waits for its blocking tasks when it ends.
    _hold: Sender<()>,
    runtime: Runtime,
}

impl Worker {
    pub(crate) fn open() -> Self {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap();
        // A paused clock does not advance by itself while a blocking task runs.
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

/// Runs the parts of the work on all cores and returns the results in order.
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
