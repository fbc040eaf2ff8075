//! Check that a stored row is newer than the events, so that it needs no fetch.

use jiff::{SignedDuration, Timestamp};
use store::StoredItem;

use crate::group::Signals;
use crate::owner::owner;

/// The clocks of functions differ. An event that is older than the last fetch by more than this needs no
/// fetch.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_secs(2);

/// Returns whether the row was fetched after the events, and the events name no owner that outranks its own.
pub(crate) fn is_up_to_date(stored: Option<&StoredItem>, signals: &Signals) -> bool {
    stored.is_some_and(|stored| {
        let is_read = stored
            .snapshot
            .as_ref()
            .is_some_and(|snapshot| is_newer(snapshot.fetched_at, signals.last_received_at));
        is_read && owner(Some(stored), None, signals) == stored.owner
    })
}

/// Returns whether a fetch is newer than an event, despite clock differences.
pub(crate) fn is_newer(fetched_at: Timestamp, received_at: Timestamp) -> bool {
    fetched_at.duration_since(received_at) > CLOCK_TOLERANCE
}
