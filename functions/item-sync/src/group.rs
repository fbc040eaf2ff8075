//! Grouping of the records of a batch into one fetch for each item and connector.

use std::error::Error;
use std::panic::catch_unwind;

use aws_lambda_events::event::dynamodb::EventRecord as StreamRecord;
use client::chain;
use jiff::Timestamp;
use pluggy::{ClientUserId, ConnectorId, EventKind, ItemId};
use store::{EventRow, Origin, Owner, PendingSignal, Target};

use crate::catch_panic::Panicked;

/// All signals of a batch about one target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    /// Position at which the stream restarts if this group fails.
    pub(crate) first_sequence_number: String,
    pub(crate) signals: TargetSignals,
}

/// The target of a fetch, and the reason for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TargetSignals {
    Item(Signals),
    Connector(ConnectorSignals),
}

/// All signals of a batch about one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signals {
    pub(crate) item_id: ItemId,
    /// Number of events.
    pub(crate) events: usize,
    /// When we received the earliest event.
    pub(crate) first_received_at: Timestamp,
    /// When we received the latest event.
    pub(crate) last_received_at: Timestamp,
    /// The source of the events; of several, the one with the most authority.
    pub(crate) source: Source,
    /// Whether Pluggy reports that an execution of the item ended or paused.
    pub(crate) changes_the_item: bool,
    /// Whether Pluggy reports that the item was deleted.
    pub(crate) deleted: bool,
    /// The users whom events of Pluggy's and an operator name, in the order of the events. Each is named once for
    /// each rank.
    pub(crate) named: Vec<Owner>,
    /// The users whose frontends sent hints. A hint makes nobody the owner.
    pub(crate) hinted_by: Vec<ClientUserId>,
}

/// Source of an event, by rising authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    /// A frontend, which may name any item, existing or not.
    Frontend,
    /// An operator, who may name an item that does not exist.
    Operator,
    /// Our own schedule.
    Internal,
    /// Pluggy.
    Pluggy,
}

/// All signals of a batch about one connector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ConnectorSignals {
    pub(crate) id: ConnectorId,
    /// When we received the latest event.
    pub(crate) last_received_at: Timestamp,
}

/// Returns one group for each item and connector, in the order of their first records. Records that request
/// no fetch are left out.
pub(crate) fn group(records: &[StreamRecord]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for record in records {
        let sequence_number = record.change.sequence_number.clone().unwrap_or_default();
        match read(record) {
            Ok(Some(signals)) => match groups
                .iter_mut()
                .find(|group| group.signals.target() == signals.target())
            {
                Some(group) => group.signals.merge(signals),
                None => groups.push(Group {
                    first_sequence_number: sequence_number,
                    signals,
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

/// Decodes a record. Returns `None` if it requests no fetch. A record that fails or panics must not block the
/// others.
fn read(record: &StreamRecord) -> Result<Option<TargetSignals>, Box<dyn Error>> {
    let read = || {
        let event = EventRow::from_image(record.change.new_image.clone())?;
        Ok(TargetSignals::of(&event))
    };
    catch_unwind(read).unwrap_or_else(|_| Err(Panicked.into()))
}

impl TargetSignals {
    /// Returns the signals of one event, or `None` if it requests no fetch.
    fn of(event: &EventRow) -> Option<Self> {
        Some(match event.fetch_target()? {
            Target::Item(item_id) => Self::Item(Signals::of(item_id, event)),
            Target::Connector(id) => Self::Connector(ConnectorSignals {
                id,
                last_received_at: event.received_at,
            }),
        })
    }

    /// Adds later signals about the same target.
    fn merge(&mut self, later: Self) {
        match (self, later) {
            (Self::Item(signals), Self::Item(later)) => signals.merge(later),
            (Self::Connector(signals), Self::Connector(later)) => {
                signals.last_received_at = signals.last_received_at.max(later.last_received_at);
            }
            (Self::Item(_), Self::Connector(_)) | (Self::Connector(_), Self::Item(_)) => {}
        }
    }

    fn target(&self) -> Target {
        match self {
            Self::Item(signals) => Target::Item(signals.item_id),
            Self::Connector(signals) => Target::Connector(signals.id),
        }
    }
}

impl Signals {
    fn of(item_id: ItemId, event: &EventRow) -> Self {
        let source = Source::of(event.origin);
        Self {
            item_id,
            events: 1,
            first_received_at: event.received_at,
            last_received_at: event.received_at,
            source,
            changes_the_item: event.reports_deletion() || reports_change(event),
            deleted: event.reports_deletion(),
            named: event.named_owner().into_iter().collect(),
            hinted_by: event.hinted_by().into_iter().collect(),
        }
    }

    fn merge(&mut self, later: Self) {
        self.events += later.events;
        self.first_received_at = self.first_received_at.min(later.first_received_at);
        self.last_received_at = self.last_received_at.max(later.last_received_at);
        self.source = self.source.max(later.source);
        self.deleted |= later.deleted;
        self.changes_the_item |= later.changes_the_item;
        for owner in later.named {
            if !self.named.contains(&owner) {
                self.named.push(owner);
            }
        }
        self.hinted_by.extend(later.hinted_by);
    }

    /// Returns Pluggy's report as a pending signal, until a fetch confirms it.
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

/// Returns whether the event reports a new state. All item events do, except a login: more events follow it.
fn reports_change(event: &EventRow) -> bool {
    Source::of(event.origin) == Source::Pluggy
        && event.kind.as_str().starts_with("item/")
        && event.kind != EventKind::ItemLoginSucceeded
}
