//! Dispatch of entries to the bus or the dead-letter queue: in order within each partition, and independent of other
//! partitions. Several requests are sent at a time, each with as many entries as the bus accepts.

use std::time::Duration;

use client::chain;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use rand::RngExt as _;
use runtime::bus::{Code, EntryResult};
use tokio::time::{Instant, sleep, timeout_at};

use crate::bus::{self, Bus};
use crate::dead_letter_queue::{self, DeadLetterQueue};
use crate::pending_entry::PendingEntry;
use crate::send_queue::{Request, SendQueue};

/// Number of requests that are sent at a time. Each takes a connection.
const REQUESTS_AT_A_TIME: usize = 4;
/// Maximum size of the entries that are in memory at a time. A few compressed bodies may be very long.
const MAX_PART_BYTES: usize = 4 * 1024 * 1024;
/// Maximum number of entries that are dispatched together.
const MAX_PART_ENTRIES: usize = 500;
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

/// Returns the next entries to dispatch, of as many rows as have at most `max`. The entries of a row stay together, so
/// the last row may exceed it.
pub(crate) fn next_part(
    rows: &mut impl Iterator<Item = Vec<PendingEntry>>,
    max: usize,
) -> Vec<PendingEntry> {
    let (mut part, mut size) = (Vec::new(), 0);
    while part.len() < max.min(MAX_PART_ENTRIES)
        && size < MAX_PART_BYTES
        && let Some(entries) = rows.next()
    {
        size += entries.iter().map(PendingEntry::size).sum::<usize>();
        part.extend(entries);
    }
    part
}

/// Empties the send queue. Once the bus or the dead-letter queue fails, no further request begins. Those that have
/// begun end first, so that what the bus has accepted is known.
async fn empty(
    bus: &Bus,
    dead_letter_queue: &DeadLetterQueue,
    send_queue: &mut SendQueue,
    dead_lettered: &mut usize,
) -> Result<(), Stopped> {
    let (mut requests, mut stopped) = (FuturesUnordered::new(), None);
    let (mut pause, mut pauses) = (FIRST_PAUSE, false);
    loop {
        if stopped.is_none() {
            let letters = send_dead_letters(dead_letter_queue, send_queue, dead_lettered);
            stopped = letters.await.err();
        }
        while stopped.is_none() && !pauses && requests.len() < REQUESTS_AT_A_TIME {
            let Some(request) = send_queue.next_request() else {
                break;
            };
            match bus.check_exists().await {
                Ok(()) => requests.push(answered(bus, send_queue, request)),
                Err(error) => stopped = Some(error.into()),
            }
        }
        let Some((request, answer)) = requests.next().await else {
            match stopped {
                Some(stopped) => return Err(stopped),
                None if send_queue.is_empty() => return Ok(()),
                None if !pauses => {
                    return Err(Stopped::Refusing(send_queue.refusal().to_owned()));
                }
                None => {}
            }
            sleep(pause.mul_f64(rand::rng().random_range(0.5..1.0))).await;
            pause *= 2;
            pauses = false;
            continue;
        };
        match answer {
            Ok(results) => {
                pauses |= send_queue.answered(&request, results);
                if !pauses {
                    pause = FIRST_PAUSE;
                }
            }
            Err(bus::Error::Rejected(code)) => send_queue.rejected(&request, code),
            Err(error) => stopped = stopped.or(Some(error.into())),
        }
    }
}

async fn send_dead_letters(
    dead_letter_queue: &DeadLetterQueue,
    send_queue: &mut SendQueue,
    dead_lettered: &mut usize,
) -> Result<(), Stopped> {
    while let Some((entry, code)) = send_queue.dead_letter() {
        dead_letter_queue.send(&entry.reference, code).await?;
        send_queue.remove_first();
        *dead_lettered += 1;
    }
    Ok(())
}

/// Returns the answer to a request, with the request.
fn answered(
    bus: &Bus,
    send_queue: &SendQueue,
    request: Request,
) -> impl Future<Output = (Request, Result<Vec<EntryResult>, bus::Error>)> + use<> {
    let answer = bus.put(&send_queue.entries(&request));
    async move { (request, answer.await) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::send_queue::tests::sized;

    #[test]
    fn a_part_ends_at_its_size_at_its_number_and_at_the_limit_of_the_command() {
        let long = || (0..10).map(|number| vec![sized("ITEM#1", number, 1024 * 1024)]);
        let short = || (0..600).map(|number| vec![sized("ITEM#1", number, 1)]);
        let mut left = long();

        assert_eq!(next_part(&mut left, usize::MAX).len(), 4);
        assert_eq!(left.len(), 6);
        assert_eq!(next_part(&mut short(), usize::MAX).len(), MAX_PART_ENTRIES);
        assert_eq!(next_part(&mut short(), 25).len(), 25);
        assert_eq!(next_part(&mut short().take(3), 25).len(), 3);
    }

    #[test]
    fn a_row_is_in_one_part() {
        let row = |number| vec![sized("ITEM#1", number, 1), sized("ITEM#1", number + 1, 1)];
        let mut rows = [Vec::new(), row(0), Vec::new(), row(2)].into_iter();

        assert_eq!(next_part(&mut rows, 1).len(), 2);
        assert_eq!(next_part(&mut rows, 3).len(), 2);
        assert_eq!(next_part(&mut rows, 3).len(), 0);
    }
}
