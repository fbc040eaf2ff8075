//! One thing to tell, on its way to the bus.

use store::{ReceivedWebhook, StoredItem, Target};

use crate::entry::Entry;
use crate::reference::{Reference, RowKey};
use crate::{item, webhook};

/// An entry, and what is known of it besides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PendingEntry {
    /// None if the row could not be read.
    pub(crate) entry: Option<Entry>,
    pub(crate) reference: Reference,
    /// Where the stream begins again if it is not published; none if no stream brought it.
    pub(crate) sequence_number: Option<String>,
}

impl PendingEntry {
    pub(crate) fn of_webhook(webhook: &ReceivedWebhook, table: &str) -> Self {
        let entry = webhook::entry(webhook, table);
        let key = RowKey {
            pk: webhook.key.partition.clone(),
            sk: Some(webhook.key.sort.clone()),
        };
        Self::new(key, entry)
    }

    /// None if nobody is told of the change.
    pub(crate) fn of_change(before: Option<&StoredItem>, after: &StoredItem) -> Option<Self> {
        item::entry(before, after).map(|entry| Self::new(item_key(after), entry))
    }

    /// None if nobody is to know of the item yet.
    pub(crate) fn of_present(item: &StoredItem) -> Option<Self> {
        item::present(item).map(|entry| Self::new(item_key(item), entry))
    }

    fn new(key: RowKey, entry: Entry) -> Self {
        Self {
            reference: Reference {
                key,
                id: Some(entry.id.clone()),
                detail_type: Some(entry.detail_type.clone()),
                since: entry.time,
            },
            entry: Some(entry),
            sequence_number: None,
        }
    }

    /// What keeps its order: all that is told of one thing.
    pub(crate) fn partition(&self) -> &str {
        &self.reference.key.pk
    }
}

fn item_key(item: &StoredItem) -> RowKey {
    RowKey {
        pk: Target::Item(item.item_id).key(),
        sk: None,
    }
}
