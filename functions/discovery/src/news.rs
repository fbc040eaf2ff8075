//! Selection of listed items that need a fetch, and the fetch request for them.

use jiff::Timestamp;
use pluggy::ListedItem;
use store::{NewEvent, Snapshot, StoredItem, Target};

const MILLISECONDS_AN_HOUR: i64 = 60 * 60 * 1000;

/// Returns whether the listed item is unknown, or newer than its row. A placeholder has no state, nor has the
/// tombstone of an item that Pluggy lists again. That of an erased user's item is left to the erasure.
pub(crate) fn is_news(listed: &ListedItem, known: Option<&StoredItem>) -> bool {
    let Some(known) = known else {
        return true;
    };
    if known.is_erased() {
        return false;
    }
    let version = known.snapshot().and_then(Snapshot::version);
    // Rows store milliseconds.
    let in_row = |time: Timestamp| time.as_millisecond();
    listed.updated_at.map(in_row) > version.map(in_row)
}

/// Returns a fetch request for the item. Its id contains the listed state and the hour. A state that
/// `item-sync` did not reach is requested again, at most once an hour.
pub(crate) fn fetch_request(listed: &ListedItem, now: Timestamp) -> NewEvent {
    let version = listed.updated_at.map_or(0, Timestamp::as_millisecond);
    let hour = now.as_millisecond() / MILLISECONDS_AN_HOUR;
    let event_id = format!("listed-{version}-{hour}");
    NewEvent::fetch_request(Target::Item(listed.id), &event_id, now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use store::{RowState, Schedule};

    const BEFORE: &str = "2026-11-23T12:00:00.000Z";
    const AFTER: &str = "2026-11-23T12:00:00.001Z";

    fn listed(updated_at: Option<&str>) -> ListedItem {
        serde_json::from_value(json!({
            "id": "9a7b6c5d-0000-4000-8000-000000000001", "updatedAt": updated_at,
        }))
        .unwrap()
    }

    fn row(state: RowState) -> StoredItem {
        StoredItem {
            item_id: "9a7b6c5d-0000-4000-8000-000000000001".parse().unwrap(),
            created_at: Timestamp::UNIX_EPOCH,
            schedule: Schedule::default(),
            state,
        }
    }

    fn read(updated_at: Option<&str>) -> StoredItem {
        let item = json!({
            "id": "9a7b6c5d-0000-4000-8000-000000000001", "status": "UPDATED",
            "executionStatus": "SUCCESS", "updatedAt": updated_at,
        });
        row(RowState::Fetched {
            owner: None,
            snapshot: Snapshot {
                item: serde_json::from_value(item).unwrap(),
                fetched_at: Timestamp::UNIX_EPOCH,
            },
        })
    }

    #[test]
    fn what_is_unknown_or_newer_than_the_row_is_news() {
        assert!(is_news(&listed(Some(BEFORE)), None));
        assert!(is_news(&listed(None), None));
        let placeholder = row(RowState::Placeholder { owner: None });
        assert!(is_news(&listed(Some(BEFORE)), Some(&placeholder)));
        assert!(is_news(&listed(Some(AFTER)), Some(&read(Some(BEFORE)))));
        assert!(is_news(&listed(Some(AFTER)), Some(&read(None))));
    }

    #[test]
    fn what_the_row_has_already_is_no_news() {
        let within_the_millisecond = "2026-11-23T12:00:00.000999Z";

        let erased = row(RowState::Tombstone {
            deleted_at: Timestamp::UNIX_EPOCH,
            is_erased: true,
        });
        assert!(!is_news(&listed(Some(AFTER)), Some(&erased)));
        for updated_at in [Some(BEFORE), Some(within_the_millisecond), None] {
            assert!(!is_news(&listed(updated_at), Some(&read(Some(BEFORE)))));
        }
        assert!(!is_news(&listed(None), Some(&read(None))));
        assert!(!is_news(&listed(Some(BEFORE)), Some(&read(Some(AFTER)))));
    }

    #[test]
    fn a_state_is_asked_for_once_an_hour() {
        let id = |updated_at, now: &str| {
            fetch_request(&listed(Some(updated_at)), now.parse().unwrap())
                .key
                .sort
        };
        let first = id(BEFORE, "2026-11-23T13:00:00Z");

        assert_eq!(first, id(BEFORE, "2026-11-23T13:59:59Z"));
        assert_ne!(first, id(BEFORE, "2026-11-23T14:00:00Z"));
        assert_ne!(first, id(AFTER, "2026-11-23T13:00:00Z"));
    }
}
