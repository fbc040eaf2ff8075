//! Meaning of a 404. It proves that an item is gone only together with an `item/deleted` event or an earlier
//! 404. Keys of the wrong application cause 404s too.

use connection::MISSING_CONFIRMATION_DELAY;
use jiff::Timestamp;
use store::{PendingSignal, StoredItem};

use crate::group::{Signals, Source};
use crate::hints::are_hints_about_nobodys_row;

/// Decision about an item that Pluggy does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    /// There is no row, and no reason to create one.
    Nothing,
    /// There is a row, but Pluggy never reported the item and does not have it.
    NeverThere,
    /// The item has been missing since this time. A later fetch decides.
    Suspect(Timestamp),
    /// The item is gone.
    Gone,
}

pub(crate) fn missing(stored: Option<&StoredItem>, signals: &Signals, now: Timestamp) -> Missing {
    match stored {
        None if signals.source == Source::Pluggy && !signals.deleted => Missing::Suspect(now),
        None => Missing::Nothing,
        // A tombstone with a scheduled fetch is written again, without the schedule.
        Some(stored) if stored.deleted_at.is_some() && stored.schedule.next_fetch_at.is_some() => {
            Missing::Gone
        }
        Some(stored) if stored.deleted_at.is_some() => Missing::Nothing,
        Some(stored) if stored.is_unconfirmed() && signals.source != Source::Pluggy => {
            Missing::NeverThere
        }
        Some(stored) if are_hints_about_nobodys_row(stored, signals) => Missing::Nothing,
        Some(stored)
            if signals.deleted
                || stored.schedule.pending_signal == Some(PendingSignal::Deletion) =>
        {
            Missing::Gone
        }
        Some(stored) => match stored.schedule.missing_since {
            Some(since) if now.duration_since(since) >= MISSING_CONFIRMATION_DELAY => Missing::Gone,
            Some(since) => Missing::Suspect(since),
            None => Missing::Suspect(now),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::{Owner, Provenance, Schedule};

    const NOW: &str = "2026-11-23T12:00:00Z";

    fn stored(missing_since: Option<&str>, deleted_at: Option<&str>) -> StoredItem {
        StoredItem {
            item_id: "9a7b6c5d-0000-4000-8000-000000000001".parse().unwrap(),
            owner: None,
            created_at: Timestamp::UNIX_EPOCH,
            snapshot: None,
            schedule: Schedule {
                missing_since: missing_since.map(|at| at.parse().unwrap()),
                pending_signal: Some(PendingSignal::Activity),
                ..Schedule::default()
            },
            deleted_at: deleted_at.map(|at| at.parse().unwrap()),
        }
    }

    fn signals(source: Source, deleted: bool) -> Signals {
        Signals {
            item_id: "9a7b6c5d-0000-4000-8000-000000000001".parse().unwrap(),
            events: 1,
            first_received_at: Timestamp::UNIX_EPOCH,
            last_received_at: Timestamp::UNIX_EPOCH,
            source,
            changes_the_item: deleted,
            deleted,
            named: Vec::new(),
            hinted_by: Vec::new(),
        }
    }

    #[test]
    fn one_404_proves_nothing() {
        let now = NOW.parse().unwrap();

        assert_eq!(
            missing(
                Some(&stored(None, None)),
                &signals(Source::Pluggy, false),
                now
            ),
            Missing::Suspect(now)
        );
        assert_eq!(
            missing(None, &signals(Source::Pluggy, false), now),
            Missing::Suspect(now)
        );
    }

    #[test]
    fn a_second_404_an_hour_later_or_a_deletion_event_proves_it() {
        let now = NOW.parse().unwrap();
        let check = |missing_since, deleted| {
            missing(
                Some(&stored(missing_since, None)),
                &signals(Source::Pluggy, deleted),
                now,
            )
        };

        assert_eq!(check(Some("2026-11-23T11:00:00Z"), false), Missing::Gone);
        assert_eq!(
            check(Some("2026-11-23T11:00:01Z"), false),
            Missing::Suspect("2026-11-23T11:00:01Z".parse().unwrap())
        );
        assert_eq!(check(None, true), Missing::Gone);
    }

    #[test]
    fn a_hint_for_an_item_that_pluggy_does_not_know_leaves_nothing() {
        let now = NOW.parse().unwrap();

        assert_eq!(
            missing(None, &signals(Source::Frontend, false), now),
            Missing::Nothing
        );
        assert_eq!(
            missing(None, &signals(Source::Operator, false), now),
            Missing::Nothing
        );
        assert_eq!(
            missing(None, &signals(Source::Pluggy, true), now),
            Missing::Nothing
        );
        assert_eq!(
            missing(
                Some(&stored(None, Some(NOW))),
                &signals(Source::Pluggy, true),
                now
            ),
            Missing::Nothing
        );
    }

    #[test]
    fn a_hint_raises_no_suspicion_about_an_item_that_is_nobodys() {
        let now = NOW.parse().unwrap();
        let owned = StoredItem {
            owner: Some(Owner {
                user: "usr_1".parse().unwrap(),
                provenance: Provenance::Event,
            }),
            ..stored(None, None)
        };
        let signals = signals(Source::Frontend, false);

        assert_eq!(
            missing(Some(&stored(None, None)), &signals, now),
            Missing::Nothing
        );
        assert_eq!(missing(Some(&owned), &signals, now), Missing::Suspect(now));
    }

    #[test]
    fn a_placeholder_that_only_an_operator_named_is_removed_by_the_first_404() {
        let now = NOW.parse().unwrap();
        let placeholder = StoredItem {
            schedule: Schedule::default(),
            ..stored(None, None)
        };

        let check = |source| missing(Some(&placeholder), &signals(source, false), now);

        assert_eq!(check(Source::Internal), Missing::NeverThere);
        assert_eq!(check(Source::Operator), Missing::NeverThere);
        assert_eq!(check(Source::Frontend), Missing::NeverThere);
        assert_eq!(check(Source::Pluggy), Missing::Suspect(now));
    }
}
