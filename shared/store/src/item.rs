//! What `ItemTable` knows of an item.

use jiff::Timestamp;

use super::FailedFetch;
use pluggy::{ClientUserId, Item, ItemId};

/// A row of `ItemTable`.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredItem {
    /// The item.
    pub item_id: ItemId,
    /// The user whom it belongs to. An item without an owner is shown to nobody.
    pub owner: Option<ClientUserId>,
    /// When Pluggy made it; when we first heard of it, as long as Pluggy has not answered.
    pub created_at: Timestamp,
    /// Pluggy's last answer; none for a placeholder, whose very first read failed.
    pub snapshot: Option<Snapshot>,
    /// When to look again, and why.
    pub schedule: Schedule,
    /// When it was deleted; a tombstone keeps nothing but this.
    pub deleted_at: Option<Timestamp>,
    /// Whether Pluggy itself has never spoken of it: an operator named it, and no read has
    /// succeeded yet.
    pub is_unconfirmed: bool,
}

/// An answer of `GET /items/{id}`.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// The answer, within the limits of a row. Boxed, since rows are passed on many times.
    pub item: Box<Item>,
    /// Our clock when the request was sent.
    pub fetched_at: Timestamp,
}

impl Snapshot {
    /// What orders answers: the record's own time of change.
    pub fn version(&self) -> Option<Timestamp> {
        self.item.updated_at
    }
}

/// When to look at an item again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    /// The moment to look, even if no webhook comes. Every live row has one.
    pub next_fetch_at: Option<Timestamp>,
    /// How many reads in a row have failed.
    pub fetch_failures: u32,
    /// When Pluggy first said that there is no such item, if that is what it said last.
    pub missing_since: Option<Timestamp>,
    /// How many looks in a row were made because one answer was not enough.
    pub confirming_fetches: u32,
    /// What an event of Pluggy's said that no look has confirmed yet.
    pub pending_signal: Option<PendingSignal>,
    /// Why the last read failed, if it did.
    pub last_error: Option<FailedFetch>,
}

/// What an event of Pluggy's said, by rising weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PendingSignal {
    /// Something happened that has to do with the item.
    Activity,
    /// The item has a new state.
    Change,
    /// The item was deleted.
    Deletion,
}

impl PendingSignal {
    /// Name in the row.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Activity => "activity",
            Self::Change => "change",
            Self::Deletion => "deletion",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        [Self::Activity, Self::Change, Self::Deletion]
            .into_iter()
            .find(|pending_signal| pending_signal.as_str() == text)
    }
}

impl StoredItem {
    /// Whether `user` may see it.
    pub fn is_shown_to(&self, user: &ClientUserId) -> bool {
        self.deleted_at.is_none() && self.owner.as_ref() == Some(user)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_shown_to_its_owner_while_it_lives() {
        let owner: ClientUserId = "usr_1".parse().unwrap();
        let mut item = StoredItem {
            item_id: "9a7b6c5d-0000-4000-8000-000000000001".parse().unwrap(),
            owner: Some(owner.clone()),
            created_at: Timestamp::UNIX_EPOCH,
            snapshot: None,
            schedule: Schedule::default(),
            deleted_at: None,
            is_unconfirmed: false,
        };
        assert!(item.is_shown_to(&owner));
        assert!(!item.is_shown_to(&"usr_2".parse().unwrap()));

        item.deleted_at = Some(Timestamp::UNIX_EPOCH);
        assert!(!item.is_shown_to(&owner));

        (item.owner, item.deleted_at) = (None, None);
        assert!(!item.is_shown_to(&owner));
    }
}
