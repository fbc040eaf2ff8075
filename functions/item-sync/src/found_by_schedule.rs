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
        let version = stored.snapshot().and_then(Snapshot::version);
        let is_awaited = stored.schedule.pending_signal.is_some() || stored.is_unconfirmed();
        !is_awaited && version < item.updated_at
    });
    let is_running = item.execution_status.is_running() || item.status.is_moving();
    signals.source == Source::Internal && is_news && !is_running
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use store::{PendingSignal, Schedule};

    use super::*;
    use crate::samples::{NOON, fetched, item, placeholder, signals};

    /// Returns the row of an older state, with this pending signal.
    fn older(pending_signal: Option<PendingSignal>) -> StoredItem {
        let stored = fetched(NOON);
        StoredItem {
            schedule: Schedule {
                pending_signal,
                ..stored.schedule
            },
            ..stored
        }
    }

    fn check(stored: Option<&StoredItem>, source: Source, status: &str, expected: bool) {
        let newer = item(json!({"status": status, "updatedAt": NOON}));

        let is_found = is_found_by_schedule(stored, &signals(source), &newer);

        assert_eq!(is_found, expected, "{stored:?} {source:?} {status}");
    }

    #[test]
    fn a_settled_state_that_only_a_scheduled_fetch_finds_was_missed() {
        check(None, Source::Internal, "UPDATED", true);
        check(Some(&older(None)), Source::Internal, "UPDATED", true);
    }

    #[test]
    fn a_change_that_an_event_reports_was_not_missed() {
        let unconfirmed = StoredItem {
            schedule: Schedule::default(),
            ..placeholder()
        };
        check(None, Source::Pluggy, "UPDATED", false);
        check(Some(&older(None)), Source::Internal, "UPDATING", false);
        check(Some(&unconfirmed), Source::Internal, "UPDATED", false);
        for pending_signal in [
            PendingSignal::Activity,
            PendingSignal::Change,
            PendingSignal::Deletion,
        ] {
            let awaited = older(Some(pending_signal));
            check(Some(&awaited), Source::Internal, "UPDATED", false);
        }
    }
}
