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
    if stored.is_erased() {
        return Some(Decision::nothing(Outcome::Unknown));
    }
    let is_fetched = stored
        .snapshot()
        .is_some_and(|snapshot| is_newer(snapshot.fetched_at, signals.last_received_at));
    // An event that names an owner who outranks the row's needs a fetch, although the row is up to date.
    (is_fetched && owners.owner.as_ref() == stored.owner())
        .then(|| Decision::nothing(Outcome::Skipped).with_conflict_of(&owners))
}

/// Returns whether a fetch is newer than an event, despite clock differences.
pub(crate) fn is_newer(fetched_at: Timestamp, received_at: Timestamp) -> bool {
    fetched_at.duration_since(received_at) > CLOCK_TOLERANCE
}

#[cfg(test)]
mod tests {
    use runtime::metrics::Metric;
    use store::{Provenance, RowState};

    use super::*;
    use crate::samples::{fetched, hint, owner, placeholder, tombstone, update};

    /// The events of the samples are received at noon.
    const AFTER_THE_EVENT: &str = "2026-11-23T12:00:02.001Z";
    const WITHIN_THE_TOLERANCE: &str = "2026-11-23T12:00:02Z";

    fn outcome(stored: Option<&StoredItem>, signals: &Signals) -> Option<Outcome> {
        gate(stored, signals).map(|decision| decision.outcome)
    }

    /// Returns an event that names this user.
    fn naming(user: &str, provenance: Provenance) -> Signals {
        Signals {
            named: vec![owner(user, provenance)],
            ..update()
        }
    }

    #[test]
    fn only_a_row_that_was_fetched_after_the_event_needs_no_fetch() {
        let newer = fetched(AFTER_THE_EVENT);
        let older = fetched(WITHIN_THE_TOLERANCE);

        assert_eq!(outcome(Some(&newer), &update()), Some(Outcome::Skipped));
        for stored in [None, Some(&older), Some(&placeholder()), Some(&tombstone())] {
            assert_eq!(outcome(stored, &update()), None, "{stored:?}");
        }
    }

    #[test]
    fn an_event_that_names_an_owner_of_a_higher_rank_needs_a_fetch() {
        let mut imported = fetched(AFTER_THE_EVENT);
        let snapshot = imported.snapshot().unwrap().clone();
        imported.state = RowState::Fetched {
            owner: Some(owner("usr_2", Provenance::Import)),
            snapshot,
        };

        assert_eq!(
            outcome(Some(&imported), &naming("usr_1", Provenance::Event)),
            None
        );
    }

    #[test]
    fn a_conflict_about_the_owner_is_counted_and_logged_without_a_fetch() {
        let newer = fetched(AFTER_THE_EVENT);

        let decision = gate(Some(&newer), &naming("usr_2", Provenance::Event)).unwrap();

        assert_eq!(decision.outcome, Outcome::Skipped);
        assert_eq!(decision.metrics, [Metric::OwnerConflicts]);
        assert_eq!(decision.log.len(), 1);
        assert!(decision.writes.is_empty());
    }

    #[test]
    fn a_hint_needs_a_fetch_unless_the_item_is_known_to_be_another_users() {
        let older = fetched(WITHIN_THE_TOLERANCE);

        assert_eq!(outcome(Some(&older), &hint("usr_1")), None);
        assert_eq!(outcome(None, &hint("usr_2")), None);
        assert_eq!(
            outcome(Some(&older), &hint("usr_2")),
            Some(Outcome::HintDropped)
        );
    }
}
