//! When one answer is not enough: it contradicts the event, or its write was dropped.

use jiff::{SignedDuration, Timestamp};
use shared::pluggy::Item;
use shared::store::{Owed, Reading, Schedule, StoredItem};

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
    let is_owed = stored.is_some_and(|stored| stored.schedule.owed >= Some(Owed::Change));
    (signals.changes_the_item || is_owed) && is_unchanged
}

/// Whether a check found what no event of Pluggy's told of. While an execution runs, its steps have
/// no events.
pub(crate) fn is_found_by_check(
    stored: Option<&StoredItem>,
    signals: &Signals,
    item: &Item,
) -> bool {
    let is_news = stored.is_none_or(|stored| {
        let version = stored.reading.as_ref().and_then(Reading::version);
        let is_awaited = stored.schedule.owed.is_some() || stored.is_unconfirmed;
        !is_awaited && version < item.updated_at
    });
    let is_running = item.execution_status.is_running() || item.status.is_moving();
    signals.source == Source::Check && is_news && !is_running
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

    fn stored(owed: Option<Owed>, is_unconfirmed: bool) -> StoredItem {
        StoredItem {
            item_id: "9a7b6c5d-0000-4000-8000-000000000001".parse().unwrap(),
            owner: None,
            created_at: Timestamp::UNIX_EPOCH,
            reading: None,
            schedule: Schedule {
                owed,
                ..Schedule::default()
            },
            deleted_at: None,
            is_unconfirmed,
        }
    }

    fn check(stored: Option<&StoredItem>, source: Source, status: &str, expected: bool) {
        let item = serde_json::from_value(serde_json::json!({
            "id": "9a7b6c5d-0000-4000-8000-000000000001", "status": status,
            "executionStatus": "SUCCESS", "updatedAt": "2026-11-23T12:00:00Z",
        }));
        let signals = Signals {
            item_id: "9a7b6c5d-0000-4000-8000-000000000001".parse().unwrap(),
            events: 1,
            first_received_at: Timestamp::UNIX_EPOCH,
            last_received_at: Timestamp::UNIX_EPOCH,
            source,
            changes_the_item: false,
            deleted: false,
            client_user_id: None,
            imported_user: None,
            hinted_by: Vec::new(),
        };

        let is_found = is_found_by_check(stored, &signals, &item.unwrap());

        assert_eq!(is_found, expected, "{stored:?} {source:?} {status}");
    }

    #[test]
    fn a_settled_state_that_only_a_check_shows_was_missed() {
        check(None, Source::Check, "UPDATED", true);
        check(Some(&stored(None, false)), Source::Check, "UPDATED", true);
    }

    #[test]
    fn what_an_event_told_of_or_tells_of_later_was_not_missed() {
        check(None, Source::Pluggy, "UPDATED", false);
        check(Some(&stored(None, false)), Source::Check, "UPDATING", false);
        check(Some(&stored(None, true)), Source::Check, "UPDATED", false);
        for owed in [Owed::News, Owed::Change, Owed::Deletion] {
            check(
                Some(&stored(Some(owed), false)),
                Source::Check,
                "UPDATED",
                false,
            );
        }
    }

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
