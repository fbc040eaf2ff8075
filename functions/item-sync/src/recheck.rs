//! When one answer is not enough: it contradicts the event, or its write was dropped.

use jiff::{SignedDuration, Timestamp};
use shared::pluggy::Item;
use shared::store::{Reading, Schedule, StoredItem};

use crate::group::{Signals, Source};

const RECHECK_DELAY: SignedDuration = SignedDuration::from_secs(30);
/// After so many looks in a row, the item's ordinary schedule is trusted again.
const MAX_RECHECKS: u32 = 3;

/// Whether Pluggy says that the item changed, now or before a look that is owed since, and then
/// answers with what we had already.
pub(crate) fn contradicts(stored: Option<&StoredItem>, signals: &Signals, item: &Item) -> bool {
    let before = stored.and_then(|stored| stored.reading.as_ref());
    let is_unchanged = before
        .is_some_and(|before| item.updated_at.is_some() && before.version() == item.updated_at);
    let is_owed = stored.is_some_and(|stored| stored.schedule.owed.is_some());
    (signals.changes_the_item || is_owed) && is_unchanged
}

/// Whether a check found what no event of Pluggy's told of.
pub(crate) fn is_found_by_check(
    stored: Option<&StoredItem>,
    signals: &Signals,
    item: &Item,
) -> bool {
    let is_news = stored.is_none_or(|stored| {
        let version = stored.reading.as_ref().and_then(Reading::version);
        stored.schedule.owed.is_none() && version < item.updated_at
    });
    signals.source == Source::Check && is_news
}

/// The schedule of one more look soon; none if there were enough of them.
pub(crate) fn recheck(before: Schedule, now: Timestamp) -> Option<Schedule> {
    (before.rechecks < MAX_RECHECKS).then(|| Schedule {
        check_at: Some(now.saturating_add(RECHECK_DELAY).unwrap_or(now)),
        rechecks: before.rechecks + 1,
        ..Schedule::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_three_rechecks_in_a_row() {
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        let mut schedule = Schedule::default();

        for rechecks in 1..=3 {
            schedule = recheck(schedule, now).unwrap();
            assert_eq!(schedule.rechecks, rechecks);
            assert_eq!(schedule.check_at, Some(now + RECHECK_DELAY));
        }
        assert_eq!(recheck(schedule, now), None);
    }
}
