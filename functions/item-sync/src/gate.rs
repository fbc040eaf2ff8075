//! Gate before the fetch of an item: which signals need none.

use jiff::{SignedDuration, Timestamp};
use store::StoredItem;

use crate::decision::Decision;
use crate::group::Signals;
use crate::hints::are_hints_of_non_owners;
use crate::outcome::Outcome;
use crate::owner::Owners;

/// The clocks of functions differ. An event that is older than the last fetch by more than this needs no
/// fetch.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_secs(2);

/// Returns the decision about an item that needs no fetch, or `None` if it needs one.
pub(crate) fn gate(stored: Option<&StoredItem>, signals: &Signals) -> Option<Decision> {
    let owners = Owners::of(stored, None, signals);
    if are_hints_of_non_owners(signals, &owners, false) {
        return Some(Decision::nothing(Outcome::HintDropped));
    }
    let stored = stored?;
    let is_fetched = stored
        .snapshot
        .as_ref()
        .is_some_and(|snapshot| is_newer(snapshot.fetched_at, signals.last_received_at));
    // An event that names an owner who outranks the row's needs a fetch, although the row is up to date.
    (is_fetched && owners.owner == stored.owner)
        .then(|| Decision::nothing(Outcome::Skipped).with_conflict_of(&owners))
}

/// Returns whether a fetch is newer than an event, despite clock differences.
pub(crate) fn is_newer(fetched_at: Timestamp, received_at: Timestamp) -> bool {
    fetched_at.duration_since(received_at) > CLOCK_TOLERANCE
}
