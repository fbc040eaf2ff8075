//! Confirming fetches: one response was not enough, because it contradicts the event or its write was
//! dropped.

use connection::CONFIRMING_FETCH_DELAY;
use jiff::Timestamp;
use pluggy::Item;
use store::{PendingSignal, Schedule, StoredItem};

use crate::group::Signals;

/// After this many confirming fetches in a row, the normal schedule applies again.
const MAX_CONFIRMING_FETCHES: u32 = 3;

/// Returns whether Pluggy reported a change of the item, now or before a fetch that is due since, but
/// responds with the snapshot that we have.
pub(crate) fn contradicts(stored: Option<&StoredItem>, signals: &Signals, item: &Item) -> bool {
    let before = stored.and_then(StoredItem::snapshot);
    let is_unchanged = before
        .is_some_and(|before| item.updated_at.is_some() && before.version() == item.updated_at);
    let is_pending =
        stored.is_some_and(|stored| stored.schedule.pending_signal >= Some(PendingSignal::Change));
    (signals.changes_the_item || is_pending) && is_unchanged
}

/// Returns the schedule of a confirming fetch, or `None` after enough of them.
pub(crate) fn confirming_fetch(before: &Schedule, now: Timestamp) -> Option<Schedule> {
    (before.confirming_fetches < MAX_CONFIRMING_FETCHES).then(|| Schedule {
        next_fetch_at: Some(now.saturating_add(CONFIRMING_FETCH_DELAY).unwrap_or(now)),
        confirming_fetches: before.confirming_fetches + 1,
        ..Schedule::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_three_confirming_fetches_in_a_row() {
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        let mut schedule = Schedule::default();

        for confirming_fetches in 1..=3 {
            schedule = confirming_fetch(&schedule, now).unwrap();
            assert_eq!(schedule.confirming_fetches, confirming_fetches);
            assert_eq!(schedule.next_fetch_at, Some(now + CONFIRMING_FETCH_DELAY));
        }
        assert_eq!(confirming_fetch(&schedule, now), None);
    }
}
