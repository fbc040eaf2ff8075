//! From the records of a batch to one reason to look at each item and connector.

use std::error::Error;
use std::panic::catch_unwind;

use aws_lambda_events::event::dynamodb::EventRecord as StreamRecord;
use client::chain;
use jiff::Timestamp;
use pluggy::{ClientUserId, ConnectorId, EventKind, ItemId};
use store::{EventRecord, Origin, PendingSignal, Target};

use crate::catch_panic::Panicked;

/// Everything that a batch says about one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    /// Where the stream begins again if this fails.
    pub(crate) first_sequence_number: String,
    pub(crate) reason: Reason,
}

/// What to look at, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    Item(Signals),
    Connector(ConnectorSignals),
}

/// Everything that a batch says about one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signals {
    pub(crate) item_id: ItemId,
    /// How many events there are.
    pub(crate) events: usize,
    /// When the earliest event reached us.
    pub(crate) first_received_at: Timestamp,
    /// When the latest event reached us.
    pub(crate) last_received_at: Timestamp,
    /// Who speaks of the item; of several, the one with the most authority.
    pub(crate) source: Source,
    /// Whether Pluggy says that an execution of the item ended or paused.
    pub(crate) changes_the_item: bool,
    /// Whether Pluggy says that the item was deleted.
    pub(crate) deleted: bool,
    /// The first user whom an event of Pluggy's names.
    pub(crate) client_user_id: Option<ClientUserId>,
    /// The first user whom an operator names.
    pub(crate) imported_user: Option<ClientUserId>,
    /// The users whose frontends gave hints, which makes none of them the owner.
    pub(crate) hinted_by: Vec<ClientUserId>,
}

/// Who speaks of an item, by rising authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    /// A frontend, which may name anybody's item, or none.
    Frontend,
    /// An operator, who may name an item that does not exist.
    Operator,
    /// Our own schedule.
    Internal,
    /// Pluggy.
    Pluggy,
}

/// Everything that a batch says about one connector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ConnectorSignals {
    pub(crate) id: ConnectorId,
    /// When the earliest event reached us.
    pub(crate) first_received_at: Timestamp,
    /// When the latest event reached us.
    pub(crate) last_received_at: Timestamp,
}

/// One entry for each item and connector, in the order of their first records. Records that ask for
/// no look are left out.
pub(crate) fn group(records: &[StreamRecord]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for record in records {
        let sequence_number = record.change.sequence_number.clone().unwrap_or_default();
        match read(record) {
            Ok(Some(event)) => match groups
                .iter_mut()
                .find(|group| group.reason.target() == event.target)
            {
                Some(group) => group.reason.add(event),
                None => groups.push(Group {
                    first_sequence_number: sequence_number,
                    reason: Reason::new(event),
                }),
            },
            Ok(None) => {}
            Err(error) => {
                tracing::error!(
                    error = chain(error.as_ref()),
                    stream.sequence_number = sequence_number,
                    "record not readable"
                );
            }
        }
    }
    groups
}

/// A record that our code cannot read, whatever it does over it, must not hold up the others.
fn read(record: &StreamRecord) -> Result<Option<EventRecord>, Box<dyn Error>> {
    let read = || EventRecord::from_image(&record.change.new_image);
    match catch_unwind(read) {
        Ok(event) => Ok(event?),
        Err(_) => Err(Panicked.into()),
    }
}

impl Reason {
    fn new(event: EventRecord) -> Self {
        match event.target {
            Target::Item(item_id) => Self::Item(Signals::new(item_id, event)),
            Target::Connector(id) => Self::Connector(ConnectorSignals {
                id,
                first_received_at: event.received_at,
                last_received_at: event.received_at,
            }),
        }
    }

    fn add(&mut self, event: EventRecord) {
        match self {
            Self::Item(signals) => signals.add(event),
            Self::Connector(signals) => {
                signals.first_received_at = signals.first_received_at.min(event.received_at);
                signals.last_received_at = signals.last_received_at.max(event.received_at);
            }
        }
    }

    fn target(&self) -> Target {
        match self {
            Self::Item(signals) => Target::Item(signals.item_id),
            Self::Connector(signals) => Target::Connector(signals.id),
        }
    }

    /// When the earliest event reached us.
    pub(crate) fn first_received_at(&self) -> Timestamp {
        match self {
            Self::Item(signals) => signals.first_received_at,
            Self::Connector(signals) => signals.first_received_at,
        }
    }
}

impl Signals {
    fn new(item_id: ItemId, event: EventRecord) -> Self {
        let mut signals = Self {
            item_id,
            events: 0,
            first_received_at: event.received_at,
            last_received_at: event.received_at,
            source: Source::Frontend,
            changes_the_item: false,
            deleted: false,
            client_user_id: None,
            imported_user: None,
            hinted_by: Vec::new(),
        };
        signals.add(event);
        signals
    }

    fn add(&mut self, event: EventRecord) {
        self.events += 1;
        self.first_received_at = self.first_received_at.min(event.received_at);
        self.last_received_at = self.last_received_at.max(event.received_at);
        self.source = self.source.max(Source::of(event.origin));
        self.deleted |= event.tells_of_deletion();
        self.changes_the_item |= event.tells_of_deletion() || says_changed(&event);
        let named = match Source::of(event.origin) {
            Source::Pluggy => &mut self.client_user_id,
            Source::Internal | Source::Operator | Source::Frontend => &mut self.imported_user,
        };
        *named = named.take().or(event.client_user_id);
        self.hinted_by.extend(event.hinted_by);
    }
}

impl Signals {
    /// Whether frontends alone ask for the fetch. It changes nothing unless the item belongs to one
    /// of their users.
    pub(crate) fn are_hints_alone(&self) -> bool {
        self.source == Source::Frontend
    }

    /// What Pluggy said, until a look confirms it.
    pub(crate) fn pending_signal(&self) -> Option<PendingSignal> {
        match self.source {
            _ if self.deleted => Some(PendingSignal::Deletion),
            Source::Pluggy if self.changes_the_item => Some(PendingSignal::Change),
            Source::Pluggy => Some(PendingSignal::Activity),
            Source::Internal | Source::Operator | Source::Frontend => None,
        }
    }
}

impl Source {
    fn of(origin: Origin) -> Self {
        match origin {
            Origin::Hint => Self::Frontend,
            Origin::Import => Self::Operator,
            Origin::Internal => Self::Internal,
            Origin::Webhook | Origin::Replay => Self::Pluggy,
        }
    }
}

/// A login is followed by more; the other item events tell a new state.
fn says_changed(event: &EventRecord) -> bool {
    Source::of(event.origin) == Source::Pluggy
        && event.kind.as_str().starts_with("item/")
        && event.kind != EventKind::ItemLoginSucceeded
}
