//! Rows, signals and responses for the tests of the decisions.

use jiff::Timestamp;
use pluggy::{Item, ItemId};
use serde_json::{Value, json};
use store::{Owner, PendingSignal, Provenance, RowState, Schedule, Snapshot, StoredItem};

use crate::group::{Signals, Source};

pub(crate) const NOON: &str = "2026-11-23T12:00:00Z";

pub(crate) fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

pub(crate) fn item_id() -> ItemId {
    "9a7b6c5d-0000-4000-8000-000000000001".parse().unwrap()
}

pub(crate) fn owner(user: &str, provenance: Provenance) -> Owner {
    let user = user.parse().unwrap();
    Owner { user, provenance }
}

/// Returns an event of this source that was received at noon.
pub(crate) fn signals(source: Source) -> Signals {
    Signals {
        item_id: item_id(),
        events: 1,
        first_received_at: at(NOON),
        last_received_at: at(NOON),
        source,
        changes_the_item: false,
        deleted: false,
        named: Vec::new(),
        hinted_by: Vec::new(),
    }
}

/// Returns an `item/updated` of Pluggy.
pub(crate) fn update() -> Signals {
    Signals {
        changes_the_item: true,
        ..signals(Source::Pluggy)
    }
}

/// Returns an `item/deleted` of Pluggy.
pub(crate) fn deletion() -> Signals {
    Signals {
        deleted: true,
        ..update()
    }
}

/// Returns a hint of this user's frontend.
pub(crate) fn hint(user: &str) -> Signals {
    Signals {
        hinted_by: vec![user.parse().unwrap()],
        ..signals(Source::Frontend)
    }
}

/// Returns the settled item with these fields instead.
pub(crate) fn item(fields: Value) -> Box<Item> {
    let mut item = json!({
        "id": item_id(), "status": "UPDATED", "executionStatus": "SUCCESS",
        "createdAt": "2026-11-01T12:00:00Z", "updatedAt": "2026-11-23T11:00:00Z",
    });
    for (name, value) in fields.as_object().unwrap() {
        item[name] = value.clone();
    }
    serde_json::from_value(item).unwrap()
}

/// Returns the placeholder of an item that an event of Pluggy has named.
pub(crate) fn placeholder() -> StoredItem {
    StoredItem {
        item_id: item_id(),
        created_at: at("2026-11-01T12:00:00Z"),
        schedule: Schedule {
            next_fetch_at: Some(at(NOON)),
            pending_signal: Some(PendingSignal::Activity),
            ..Schedule::default()
        },
        state: RowState::Placeholder { owner: None },
    }
}

/// Returns the row of the settled item, which belongs to `usr_1` by a response and was fetched at this time.
pub(crate) fn fetched(fetched_at: &str) -> StoredItem {
    let snapshot = Snapshot {
        item: item(json!({})),
        fetched_at: at(fetched_at),
    };
    StoredItem {
        schedule: Schedule {
            next_fetch_at: Some(at(NOON)),
            ..Schedule::default()
        },
        state: RowState::Fetched {
            owner: Some(owner("usr_1", Provenance::Response)),
            snapshot,
        },
        ..placeholder()
    }
}

/// Returns a tombstone without a scheduled fetch.
pub(crate) fn tombstone() -> StoredItem {
    StoredItem {
        schedule: Schedule::default(),
        state: RowState::Tombstone {
            is_erased: false,
            deleted_at: at("2026-11-23T11:00:00Z"),
        },
        ..placeholder()
    }
}
