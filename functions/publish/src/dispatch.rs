//! Dispatch of entries to the bus or the dead-letter queue: in order within each partition, and independent of other
//! partitions.

use std::time::Duration;

use client::chain;
use rand::RngExt as _;
use tokio::time::{Instant, sleep, timeout_at};

use crate::bus::{self, Bus, Code};
use crate::dead_letter_queue::{self, DeadLetterQueue};
use crate::pending_entry::PendingEntry;
use crate::send_queue::SendQueue;

/// Pause after a request with refused entries. It doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// Result of a dispatch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Dispatched {
    /// Number of entries on the bus.
    pub(crate) published: usize,
    /// Number of entries in the dead-letter queue.
    pub(crate) dead_lettered: usize,
    /// Entries that are in neither, in their order.
    pub(crate) left: Vec<PendingEntry>,
}

/// Reason why a dispatch ends early.
#[derive(Debug, thiserror::Error)]
enum Stopped {
    #[error(transparent)]
    Bus(#[from] bus::Error),
    #[error("the bus refuses every entry: {0}")]
    Refusing(Code),
    #[error(transparent)]
    DeadLetterQueue(#[from] dead_letter_queue::Error),
    #[error("the time is over")]
    OutOfTime,
}

/// Puts entries on the bus until `deadline`, or into the dead-letter queue where `dead_letters` says so. If the bus
/// accepts nothing, all entries are left.
pub(crate) async fn dispatch(
    bus: &Bus,
    dead_letter_queue: &DeadLetterQueue,
    entries: Vec<PendingEntry>,
    deadline: Instant,
) -> Dispatched {
    let (mut send_queue, mut dead_lettered) = (SendQueue::new(entries), 0);
    let emptying = empty(bus, dead_letter_queue, &mut send_queue, &mut dead_lettered);
    let ended = timeout_at(deadline, emptying).await;
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
    bus: &Bus,
    dead_letter_queue: &DeadLetterQueue,
    send_queue: &mut SendQueue,
    dead_lettered: &mut usize,
) -> Result<(), Stopped> {
    let mut pause = FIRST_PAUSE;
    loop {
        while let Some((entry, code)) = send_queue.dead_letter() {
            dead_letter_queue.send(&entry.reference, code).await?;
            send_queue.remove_first();
            *dead_lettered += 1;
        }
        if send_queue.is_empty() {
            return Ok(());
        }
        let Some(request) = send_queue.next_request() else {
            return Err(Stopped::Refusing(send_queue.refusal().to_owned()));
        };
        bus.check_exists().await?;
        let is_refused_for_now = match bus.put(&send_queue.entries(&request)).await {
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
