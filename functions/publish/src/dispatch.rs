//! Delivery of entries to the bus: in order within each partition, and independent of other partitions.

use std::time::Duration;

use client::chain;
use rand::RngExt as _;
use tokio::time::{Instant, sleep, timeout_at};

use crate::App;
use crate::bus::{self, Code};
use crate::dead_letters;
use crate::pending_entry::PendingEntry;
use crate::send_queue::SendQueue;

/// Pause after a request with refused entries. It doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// Result of a delivery.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Dispatched {
    /// Number of entries on the bus.
    pub(crate) published: usize,
    /// Number of entries in the dead-letter queue.
    pub(crate) dead_lettered: usize,
    /// Entries that are in neither, in their order.
    pub(crate) left: Vec<PendingEntry>,
}

/// Reason why a delivery ends early.
#[derive(Debug, thiserror::Error)]
enum Stopped {
    #[error(transparent)]
    Bus(#[from] bus::Error),
    #[error("the bus refuses every entry: {0}")]
    Refusing(Code),
    #[error(transparent)]
    DeadLetters(#[from] dead_letters::Error),
    #[error("the time is over")]
    OutOfTime,
}

/// Publishes entries until `deadline`. An entry goes to the dead-letter queue if the bus always refuses it,
/// or refuses it while it accepts others. If the bus accepts nothing, all entries are left.
pub(crate) async fn dispatch(
    app: &App,
    entries: Vec<PendingEntry>,
    deadline: Instant,
) -> Dispatched {
    let (mut send_queue, mut dead_lettered) = (SendQueue::new(entries), 0);
    let delivering = empty(app, &mut send_queue, &mut dead_lettered);
    let ended = timeout_at(deadline, delivering).await;
    if let Err(stopped) = ended.unwrap_or(Err(Stopped::OutOfTime)) {
        // Logged as a warning: the stream retries, which usually succeeds, and has an alarm for the rest.
        tracing::warn!(error = chain(&stopped), "not all published");
    }
    Dispatched {
        published: send_queue.published(),
        dead_lettered,
        left: send_queue.into_pending(),
    }
}

async fn empty(
    app: &App,
    send_queue: &mut SendQueue,
    dead_lettered: &mut usize,
) -> Result<(), Stopped> {
    let mut pause = FIRST_PAUSE;
    loop {
        while let Some((entry, code)) = send_queue.given_up() {
            app.dead_letters.send(&entry.reference, code).await?;
            send_queue.remove_first();
            *dead_lettered += 1;
        }
        if send_queue.is_empty() {
            return Ok(());
        }
        let Some(request) = send_queue.next_request() else {
            return Err(Stopped::Refusing(send_queue.refusal().to_owned()));
        };
        app.bus.see().await?;
        let is_refused_for_now = match app.bus.put(&send_queue.entries(&request)).await {
            Ok(results) => send_queue.answered(&request, results),
            Err(bus::Error::Rejected(code)) => {
                send_queue.rejected(&request, code);
                false
            }
            Err(error @ bus::Error::Unavailable(_)) => return Err(error.into()),
        };
        if is_refused_for_now {
            sleep(pause.mul_f64(rand::rng().random_range(0.5..1.0))).await;
            pause *= 2;
        } else {
            pause = FIRST_PAUSE;
        }
    }
}
