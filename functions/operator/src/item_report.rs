//! What an operator is shown of an item: what is needed to understand it, and no more. What the
//! bank asks the user for stays out, and so does every body that was received.

mod event_line;
mod schedule;
mod standing;
mod state;
mod summary;

use jiff::Timestamp;
use serde::Serialize;
use shared::health::Healths;
use shared::pluggy::{ClientUserId, ItemId};
use shared::store::{StoredItem, Timeline};

pub use event_line::EventLine;
pub use schedule::ScheduleReport;
pub use standing::Standing;
pub use state::State;
pub use summary::ItemSummary;

/// How many events are shown.
const MAX_EVENTS: usize = 100;

/// What `ItemTable` has of an item.
pub(crate) enum Row {
    Absent,
    /// A row that our code cannot read.
    Unreadable {
        attribute: &'static str,
    },
    Readable(Box<StoredItem>),
}

impl Row {
    pub(crate) fn readable(&self) -> Option<&StoredItem> {
        match self {
            Self::Readable(stored) => Some(stored),
            Self::Absent | Self::Unreadable { .. } => None,
        }
    }
}

/// All that is known of an item.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemReport {
    /// The item.
    pub item_id: ItemId,
    /// `absent`, `unreadable`, `shell` (Pluggy never answered), `read`, or `deleted`.
    pub row: &'static str,
    /// The attribute because of which the row cannot be read.
    pub unreadable: Option<&'static str>,
    /// Whose it is.
    pub owner: Option<ClientUserId>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// When it was deleted.
    pub deleted_at: Option<Timestamp>,
    /// Whether nobody but a frontend or an operator has named it, and no read has succeeded yet.
    pub unconfirmed: bool,
    /// Its phase, and why.
    pub standing: Option<Standing>,
    /// Pluggy's last answer.
    pub state: Option<State>,
    /// When it is looked at next.
    pub schedule: Option<ScheduleReport>,
    /// Its events, newest first.
    pub events: Vec<EventLine>,
    /// How many there are; more than are shown, or than were counted, in the case of very many.
    pub events_total: usize,
    /// Whether all events were counted.
    pub events_complete: bool,
}

impl ItemReport {
    pub(crate) fn new(
        item_id: ItemId,
        row: &Row,
        healths: &Healths,
        timeline: &Timeline,
        now: Timestamp,
    ) -> Self {
        let stored = row.readable();
        Self {
            item_id,
            row: name(row),
            unreadable: match row {
                Row::Unreadable { attribute } => Some(attribute),
                Row::Absent | Row::Readable(_) => None,
            },
            owner: stored.and_then(|stored| stored.owner.clone()),
            created_at: stored.map(|stored| stored.created_at),
            deleted_at: stored.and_then(|stored| stored.deleted_at),
            unconfirmed: stored.is_some_and(|stored| stored.is_unconfirmed),
            standing: stored.and_then(|stored| Standing::new(stored, healths, now)),
            state: stored
                .and_then(|stored| stored.reading.as_ref())
                .map(State::new),
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
}

fn name(row: &Row) -> &'static str {
    match row {
        Row::Absent => "absent",
        Row::Unreadable { .. } => "unreadable",
        Row::Readable(stored) if stored.deleted_at.is_some() => "deleted",
        Row::Readable(stored) if stored.reading.is_none() => "shell",
        Row::Readable(_) => "read",
    }
}
