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
        Some(stored) if stored.is_tombstone() && stored.schedule.next_fetch_at.is_some() => {
            Missing::Gone
        }
        Some(stored) if stored.is_tombstone() => Missing::Nothing,
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
    use store::{Provenance, RowState, Schedule};

    use super::*;
    use crate::samples::{NOON, at, deletion, hint, owner, placeholder, signals, tombstone};

    /// Returns the decision at noon about a row that has been missing since a time, if it has.
    fn missing_since(since: Option<&str>, signals: &Signals) -> Missing {
        let stored = StoredItem {
            schedule: Schedule {
                missing_since: since.map(at),
                ..placeholder().schedule
            },
            ..placeholder()
        };
        missing(Some(&stored), signals, at(NOON))
    }

    #[test]
    fn one_404_proves_nothing() {
        let event = signals(Source::Pluggy);
        let suspect = Missing::Suspect(at(NOON));

        assert_eq!(missing_since(None, &event), suspect);
        assert_eq!(missing(None, &event, at(NOON)), suspect);
    }

    #[test]
    fn a_second_404_an_hour_later_or_a_deletion_event_proves_it() {
        let event = signals(Source::Pluggy);
        let (an_hour_ago, later) = ("2026-11-23T11:00:00Z", "2026-11-23T11:00:01Z");

        assert_eq!(missing_since(Some(an_hour_ago), &event), Missing::Gone);
        assert_eq!(
            missing_since(Some(later), &event),
            Missing::Suspect(at(later))
        );
        assert_eq!(missing_since(None, &deletion()), Missing::Gone);
    }

    #[test]
    fn without_a_row_only_an_event_of_a_living_item_creates_one() {
        for signals in [hint("usr_1"), signals(Source::Operator), deletion()] {
            assert_eq!(missing(None, &signals, at(NOON)), Missing::Nothing);
        }
    }

    #[test]
    fn a_tombstone_is_written_again_only_to_end_its_schedule() {
        let scheduled = StoredItem {
            schedule: placeholder().schedule,
            ..tombstone()
        };
        let check = |stored: StoredItem| missing(Some(&stored), &deletion(), at(NOON));

        assert_eq!(check(tombstone()), Missing::Nothing);
        assert_eq!(check(scheduled), Missing::Gone);
    }

    #[test]
    fn a_hint_raises_no_suspicion_about_an_item_that_is_nobodys() {
        let owned = StoredItem {
            state: RowState::Placeholder {
                owner: Some(owner("usr_1", Provenance::Event)),
            },
            ..placeholder()
        };

        assert_eq!(missing_since(None, &hint("usr_1")), Missing::Nothing);
        assert_eq!(
            missing(Some(&owned), &hint("usr_1"), at(NOON)),
            Missing::Suspect(at(NOON))
        );
    }

    #[test]
    fn a_placeholder_that_only_an_operator_named_is_removed_by_the_first_404() {
        let unconfirmed = StoredItem {
            schedule: Schedule::default(),
            ..placeholder()
        };
        let check = |signals| missing(Some(&unconfirmed), &signals, at(NOON));

        assert_eq!(check(signals(Source::Internal)), Missing::NeverThere);
        assert_eq!(check(signals(Source::Operator)), Missing::NeverThere);
        assert_eq!(check(hint("usr_1")), Missing::NeverThere);
        assert_eq!(check(signals(Source::Pluggy)), Missing::Suspect(at(NOON)));
    }
}
