//! Report about an item for an operator, limited to what is needed to understand it. It contains no prompts
//! of the bank and no received bodies.

mod connection;
mod event_line;
mod schedule;
mod snapshot;
mod summary;

use jiff::Timestamp;
use pluggy::{ClientUserId, ItemId};
use serde::Serialize;
use store::{Healths, RowState, StoredItem, Timeline};

pub use connection::Connection;
pub use event_line::EventLine;
pub use schedule::ScheduleReport;
pub use snapshot::SnapshotReport;
pub(crate) use snapshot::{ErrorLine, ProductLine};
pub use summary::ItemSummary;

/// Maximum number of events in the report.
const MAX_EVENTS: usize = 100;

/// The row of an item in `ItemTable`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Row {
    /// There is none.
    Absent,
    /// Our code cannot read it.
    Unreadable,
    /// No fetch has succeeded yet.
    Placeholder,
    /// It has a snapshot.
    Fetched,
    /// The item is deleted.
    Tombstone,
}

/// Report about an item.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemReport {
    /// The item.
    pub item_id: ItemId,
    /// Its row.
    pub row: Row,
    /// The attribute that makes the row unreadable.
    pub unreadable: Option<&'static str>,
    /// The owner.
    pub owner: Option<ClientUserId>,
    /// Who named the owner: `response`, `event` or `import`.
    pub owner_provenance: Option<&'static str>,
    /// When it was created.
    pub created_at: Option<Timestamp>,
    /// When it was deleted.
    pub deleted_at: Option<Timestamp>,
    /// Whether only an operator or our own schedule has named it, and no fetch has succeeded yet.
    pub unconfirmed: bool,
    /// Its phase, and the reason.
    pub connection: Option<Connection>,
    /// The snapshot.
    pub snapshot: Option<SnapshotReport>,
    /// The schedule of its next fetch.
    pub schedule: Option<ScheduleReport>,
    /// Its events, newest first.
    pub events: Vec<EventLine>,
    /// Number of events. It may exceed the number of events shown. With very many events, it is a lower
    /// bound.
    pub events_total: usize,
    /// Whether all events were counted.
    pub events_complete: bool,
}

impl ItemReport {
    /// Creates the report. `stored` is the row, or the attribute that makes it unreadable.
    pub(crate) fn new(
        item_id: ItemId,
        stored: Result<Option<&StoredItem>, &'static str>,
        healths: &Healths,
        timeline: &Timeline,
        now: Timestamp,
    ) -> Self {
        let (row, unreadable) = match stored {
            Ok(None) => (Row::Absent, None),
            Ok(Some(stored)) => (Row::of(stored), None),
            Err(attribute) => (Row::Unreadable, Some(attribute)),
        };
        let stored = stored.ok().flatten();
        Self {
            item_id,
            row,
            unreadable,
            owner: stored.and_then(StoredItem::user).cloned(),
            owner_provenance: stored
                .and_then(StoredItem::owner)
                .map(|owner| owner.provenance.as_str()),
            created_at: stored.map(|stored| stored.created_at),
            deleted_at: stored.and_then(StoredItem::deleted_at),
            unconfirmed: stored.is_some_and(StoredItem::is_unconfirmed),
            connection: stored.and_then(|stored| Connection::new(stored, healths, now)),
            snapshot: stored
                .and_then(StoredItem::snapshot)
                .map(SnapshotReport::new),
            schedule: stored.map(|stored| ScheduleReport::new(&stored.schedule, now)),
            events: timeline
                .events
                .iter()
                .take(MAX_EVENTS)
                .map(EventLine::new)
                .collect(),
            events_total: timeline.events.len(),
            events_complete: timeline.is_complete,
        }
    }

    /// Whether there is a row or an event of the item. Any user can cause an event, by a hint.
    pub(crate) fn is_known(&self) -> bool {
        self.row != Row::Absent || self.events_total > 0
    }
}

impl Row {
    /// Whether the report has what the row says.
    pub(crate) fn is_readable(self) -> bool {
        !matches!(self, Self::Absent | Self::Unreadable)
    }

    fn of(stored: &StoredItem) -> Self {
        match stored.state {
            RowState::Placeholder { .. } => Self::Placeholder,
            RowState::Fetched { .. } => Self::Fetched,
            RowState::Tombstone { .. } => Self::Tombstone,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use store::{
        EventKey, EventRow, FailedFetch, Origin, Owner, PendingSignal, Provenance, Schedule,
        Snapshot, Target,
    };

    const NOW: &str = "2026-11-23T12:00:00Z";

    fn stored() -> StoredItem {
        let item: Box<pluggy::Item> = serde_json::from_value(json!({
            "id": "9a7b6c5d-0000-4000-8000-000000000001",
            "connector": {"id": 2, "name": "Pluggy Bank", "health": {"status": "ONLINE"}},
            "status": "LOGIN_ERROR", "executionStatus": "INVALID_CREDENTIALS",
            "error": {"code": "INVALID_CREDENTIALS", "message": "Invalid credentials",
                "providerMessage": "Senha incorreta", "attributes": {"device": "kept out"}},
            "parameter": {"name": "token", "data": "kept out"},
            "userAction": {"type": "qr", "attributes": {"data": "kept out"}},
            "statusDetail": {"accounts": {"isUpdated": false, "lastUpdatedAt": "2026-11-20T12:00:00Z",
                "warnings": [{"code": "001"}]}, "loans": null},
            "createdAt": "2026-11-01T12:00:00Z", "updatedAt": "2026-11-20T12:00:00Z",
        }))
        .unwrap();
        StoredItem {
            item_id: item.id,
            created_at: item.created_at.unwrap(),
            state: RowState::Fetched {
                owner: Some(Owner {
                    user: "usr_01J9X".parse().unwrap(),
                    provenance: Provenance::Response,
                }),
                snapshot: Snapshot {
                    item,
                    fetched_at: "2026-11-23T11:57:00.123Z".parse().unwrap(),
                },
            },
            schedule: Schedule {
                next_fetch_at: Some("2026-11-23T11:00:00Z".parse().unwrap()),
                fetch_failures: 2,
                missing_since: None,
                confirming_fetches: 0,
                cut_fetches: 0,
                pending_signal: Some(PendingSignal::Change),
                last_error: Some(FailedFetch {
                    at: "2026-11-23T10:00:00Z".parse().unwrap(),
                    reason: "pluggy is not available (status Some(500))".to_owned(),
                    error_id: Some("e-1".to_owned()),
                }),
            },
        }
    }

    fn timeline() -> Timeline {
        let event = EventRow {
            key: EventKey {
                partition: Target::Item(stored().item_id).key(),
                sort: "1".to_owned(),
            },
            kind: "item/error".to_owned().into(),
            received_at: "2026-11-23T11:56:59Z".parse().unwrap(),
            origin: Origin::Webhook,
            quarantine: Some("foreign-client-id".to_owned()),
            is_truncated: true,
            body: None,
        };
        Timeline {
            events: vec![event],
            is_complete: true,
        }
    }

    fn sample(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_report_has_the_fields_that_the_scripts_read() {
        let (stored, now) = (stored(), NOW.parse().unwrap());

        let report = ItemReport::new(
            stored.item_id,
            Ok(Some(&stored)),
            &Healths::default(),
            &timeline(),
            now,
        );

        assert_eq!(
            serde_json::to_value(report).unwrap(),
            sample(include_str!("../../../tests/reports/item.json"))
        );
    }

    #[test]
    fn a_summary_has_the_fields_that_the_scripts_read() {
        let line = ItemSummary::new(&stored(), &Healths::default(), NOW.parse().unwrap());

        assert_eq!(
            serde_json::to_value(line).unwrap(),
            sample(include_str!("../../../tests/reports/item-of-user.json"))
        );
    }
}
