//! A pending entry, on its way to the bus.

use pluggy::Event;
use store::{EventRow, StoredItem, Target};

use crate::entry::Entry;
use crate::erased::About;
use crate::reference::{Reference, RowKey};
use crate::{consent, item, webhook};

/// An entry, with its origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PendingEntry {
    /// The entry; none if the row could not be read.
    pub(crate) entry: Option<Entry>,
    pub(crate) reference: Reference,
    pub(crate) about: About,
    /// Position at which the stream restarts if the entry is not published; none for a republish.
    pub(crate) sequence_number: Option<String>,
}

impl PendingEntry {
    pub(crate) fn of_webhook(event: &EventRow, body: &[u8], table: &str) -> Self {
        let entry = webhook::entry(event, body, table);
        let key = RowKey {
            pk: event.key.partition.clone(),
            sk: Some(event.key.sort.clone()),
        };
        let user = Event::parse(body).and_then(|event| event.client_user_id?.parse().ok());
        let about = About {
            users: user.into_iter().collect(),
            item_id: match event.target() {
                Some(Target::Item(item_id)) => Some(item_id),
                Some(Target::Connector(_)) | None => None,
            },
        };
        Self::new(key, entry, about)
    }

    /// Returns the entries for a change of an item. A change that is not published has none.
    pub(crate) fn of_change(before: Option<&StoredItem>, after: &StoredItem) -> Vec<Self> {
        Self::of_item(
            before,
            after,
            [item::entry(before, after), consent::entry(before, after)],
        )
    }

    /// Returns the entries for the present state of an item. An item that is not published yet has none.
    pub(crate) fn of_present(item: &StoredItem) -> Vec<Self> {
        Self::of_item(None, item, [item::present(item), consent::present(item)])
    }

    fn of_item(
        before: Option<&StoredItem>,
        after: &StoredItem,
        entries: [Option<Entry>; 2],
    ) -> Vec<Self> {
        let users = before.into_iter().chain([after]);
        let about = About {
            users: users.filter_map(StoredItem::user).cloned().collect(),
            item_id: Some(after.item_id),
        };
        let entries = entries.into_iter().flatten();
        entries
            .map(|entry| Self::new(item_key(after), entry, about.clone()))
            .collect()
    }

    fn new(key: RowKey, entry: Entry, about: About) -> Self {
        Self {
            about,
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

    /// Returns the size of the entry in bytes.
    pub(crate) fn size(&self) -> usize {
        self.entry.as_ref().map_or(0, Entry::size)
    }

    /// Returns the key within which entries keep their order.
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
