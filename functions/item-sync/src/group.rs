//! From the records of a batch to one reason to look for each item.

use aws_lambda_events::event::dynamodb::EventRecord as StreamRecord;
use jiff::Timestamp;
use shared::pluggy::{ClientUserId, EventKind, ItemId};
use shared::store::{EventRecord, Origin};
use shared::telemetry::chain;

/// Everything that a batch says about one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signals {
    pub(crate) item_id: ItemId,
    /// Where the stream begins again if the item fails.
    pub(crate) first_sequence_number: String,
    /// How many events there are.
    pub(crate) events: usize,
    /// When the earliest event reached us.
    pub(crate) first_received_at: Timestamp,
    /// When the latest event reached us.
    pub(crate) last_received_at: Timestamp,
    /// Whether Pluggy itself speaks of the item; a hint may name an item that does not exist.
    pub(crate) from_pluggy: bool,
    /// Whether Pluggy says that an execution of the item ended or paused.
    pub(crate) changes_the_item: bool,
    /// Whether one of the events says that the item was deleted.
    pub(crate) deleted: bool,
    /// The first user whom an authenticated event names.
    pub(crate) client_user_id: Option<ClientUserId>,
}

/// One entry for each item, in the order of the items' first records. Records that ask for no look
/// are left out.
pub(crate) fn group(records: &[StreamRecord]) -> Vec<Signals> {
    let mut groups: Vec<Signals> = Vec::new();
    for record in records {
        let sequence_number = record.change.sequence_number.clone().unwrap_or_default();
        match EventRecord::from_image(&record.change.new_image) {
            Ok(Some(event)) => match groups
                .iter_mut()
                .find(|group| group.item_id == event.item_id)
            {
                Some(group) => group.add(event),
                None => groups.push(Signals::new(event, sequence_number)),
            },
            Ok(None) => {}
            Err(error) => {
                tracing::error!(
                    error = chain(&error),
                    stream.sequence_number = sequence_number,
                    "record not readable"
                );
            }
        }
    }
    groups
}

impl Signals {
    fn new(event: EventRecord, first_sequence_number: String) -> Self {
        Self {
            item_id: event.item_id,
            first_sequence_number,
            events: 1,
            first_received_at: event.received_at,
            last_received_at: event.received_at,
            from_pluggy: event.origin == Origin::Webhook,
            changes_the_item: says_changed(&event),
            deleted: says_deleted(&event),
            client_user_id: event.client_user_id,
        }
    }

    fn add(&mut self, event: EventRecord) {
        self.events += 1;
        self.first_received_at = self.first_received_at.min(event.received_at);
        self.last_received_at = self.last_received_at.max(event.received_at);
        self.from_pluggy |= event.origin == Origin::Webhook;
        self.changes_the_item |= says_changed(&event);
        self.deleted |= says_deleted(&event);
        self.client_user_id = self.client_user_id.take().or(event.client_user_id);
    }
}

fn says_deleted(event: &EventRecord) -> bool {
    event.origin == Origin::Webhook && event.kind == EventKind::ItemDeleted
}

/// A login is followed by more; the other item events tell a new state.
fn says_changed(event: &EventRecord) -> bool {
    event.origin == Origin::Webhook
        && event.kind.as_str().starts_with("item/")
        && event.kind != EventKind::ItemLoginSucceeded
}
