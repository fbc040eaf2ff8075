//! Missed webhooks: changes that only a scheduled fetch found.

use pluggy::Item;
use store::{Snapshot, StoredItem};

use crate::group::{Signals, Source};

/// Returns whether a scheduled fetch found a change that no webhook reported. The steps of a running
/// execution have no events.
pub(crate) fn is_found_by_schedule(
    stored: Option<&StoredItem>,
    signals: &Signals,
    item: &Item,
) -> bool {
    let is_news = stored.is_none_or(|stored| {
        let version = stored.snapshot.as_ref().and_then(Snapshot::version);
        let is_awaited = stored.schedule.pending_signal.is_some() || stored.is_unconfirmed();
        !is_awaited && version < item.updated_at
    });
    let is_running = item.execution_status.is_running() || item.status.is_moving();
    signals.source == Source::Internal && is_news && !is_running
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use store::{PendingSignal, Schedule};

    use super::*;

    fn item(status: &str, updated_at: &str) -> Box<Item> {
        let item = serde_json::from_value(serde_json::json!({
            "id": "9a7b6c5d-0000-4000-8000-000000000001", "status": status,
            "executionStatus": "SUCCESS", "updatedAt": updated_at,
        }));
        item.unwrap()
    }

    /// Returns a row with an older snapshot, or a placeholder.
    fn stored(pending_signal: Option<PendingSignal>, is_fetched: bool) -> StoredItem {
        let snapshot = Snapshot {
            item: item("UPDATING", "2026-11-23T11:00:00Z"),
            fetched_at: Timestamp::UNIX_EPOCH,
        };
        StoredItem {
            item_id: "9a7b6c5d-0000-4000-8000-000000000001".parse().unwrap(),
            owner: None,
            created_at: Timestamp::UNIX_EPOCH,
            snapshot: is_fetched.then_some(snapshot),
            schedule: Schedule {
                pending_signal,
                ..Schedule::default()
            },
            deleted_at: None,
        }
    }

    fn check(stored: Option<&StoredItem>, source: Source, status: &str, expected: bool) {
        let item = item(status, "2026-11-23T12:00:00Z");
        let signals = Signals {
            item_id: "9a7b6c5d-0000-4000-8000-000000000001".parse().unwrap(),
            events: 1,
            first_received_at: Timestamp::UNIX_EPOCH,
            last_received_at: Timestamp::UNIX_EPOCH,
            source,
            changes_the_item: false,
            deleted: false,
            named: Vec::new(),
            hinted_by: Vec::new(),
        };

        let is_found = is_found_by_schedule(stored, &signals, &item);

        assert_eq!(is_found, expected, "{stored:?} {source:?} {status}");
    }

    #[test]
    fn a_settled_state_that_only_a_scheduled_fetch_finds_was_missed() {
        check(None, Source::Internal, "UPDATED", true);
        check(Some(&stored(None, true)), Source::Internal, "UPDATED", true);
    }

    #[test]
    fn a_change_that_an_event_reports_was_not_missed() {
        check(None, Source::Pluggy, "UPDATED", false);
        check(
            Some(&stored(None, true)),
            Source::Internal,
            "UPDATING",
            false,
        );
        check(
            Some(&stored(None, false)),
            Source::Internal,
            "UPDATED",
            false,
        );
        for pending_signal in [
            PendingSignal::Activity,
            PendingSignal::Change,
            PendingSignal::Deletion,
        ] {
            check(
                Some(&stored(Some(pending_signal), true)),
                Source::Internal,
                "UPDATED",
                false,
            );
        }
    }
}
