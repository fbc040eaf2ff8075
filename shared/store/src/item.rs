//! Item rows of `ItemTable`.

use jiff::{SignedDuration, Timestamp};

use super::{FailedFetch, Owner};
use pluggy::{ClientUserId, Item, ItemId};

/// How long a tombstone is kept. Pluggy's retries end after hours, and Pluggy answers 404 to a later fetch that a replay
/// requests. The tombstone of an erased user's item that Pluggy has not deleted does not expire.
pub const TOMBSTONE_RETENTION: SignedDuration = SignedDuration::from_hours(90 * 24);

/// A row of `ItemTable`.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredItem {
    /// The item.
    pub item_id: ItemId,
    /// When Pluggy created the item; before the first fetch, when we first received an event about it.
    pub created_at: Timestamp,
    /// The schedule of the next fetch.
    pub schedule: Schedule,
    /// All that depends on whether the item was fetched or deleted.
    pub state: RowState,
}

/// State of a row. An item without an owner is shown to nobody.
#[derive(Clone, Debug, PartialEq)]
pub enum RowState {
    /// An event or an operator has named the item, and no fetch has succeeded yet.
    Placeholder {
        /// The owner.
        owner: Option<Owner>,
    },
    /// Pluggy has returned the item.
    Fetched {
        /// The owner.
        owner: Option<Owner>,
        /// Pluggy's last response.
        snapshot: Snapshot,
    },
    /// The item was deleted. Nothing else is kept.
    Tombstone {
        /// When it was deleted.
        deleted_at: Timestamp,
        /// Whether its user was erased. No write replaces such a tombstone, and nothing about it is published.
        is_erased: bool,
    },
}

/// Parts of an item's row that a fetch writes besides Pluggy's response.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemUpdate {
    /// The item.
    pub item_id: ItemId,
    /// The owner, as far as is known.
    pub owner: Option<Owner>,
    /// When Pluggy created the item; before the first fetch, when we first received an event about it.
    pub created_at: Timestamp,
    /// The schedule of the next fetch.
    pub schedule: Schedule,
}

/// A response of `GET /items/{id}`.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// The item, within the limits of a row. Boxed, because rows are moved many times.
    pub item: Box<Item>,
    /// Our clock when the request was sent.
    pub fetched_at: Timestamp,
}

impl Snapshot {
    /// Returns the version that orders snapshots: when the record last changed at Pluggy.
    pub fn version(&self) -> Option<Timestamp> {
        self.item.updated_at
    }
}

/// Schedule of an item's next fetch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    /// When to fetch the item, even if no webhook arrives. Every live row has one.
    pub next_fetch_at: Option<Timestamp>,
    /// Number of failed fetches in a row.
    pub fetch_failures: u32,
    /// When Pluggy first responded that the item does not exist, if that is its last response.
    pub missing_since: Option<Timestamp>,
    /// Number of confirming fetches in a row.
    pub confirming_fetches: u32,
    /// Number of fetches in a row that were cut because they alone kept their batch waiting.
    pub cut_fetches: u32,
    /// The signal of a Pluggy event that no fetch has confirmed yet.
    pub pending_signal: Option<PendingSignal>,
    /// Why the last fetch failed, if it did.
    pub last_error: Option<FailedFetch>,
}

/// Signal of a Pluggy event, by rising weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PendingSignal {
    /// Something happened to the item.
    Activity,
    /// The item has a new state.
    Change,
    /// The item was deleted.
    Deletion,
}

impl PendingSignal {
    /// All signals, by rising weight.
    pub const ALL: [Self; 3] = [Self::Activity, Self::Change, Self::Deletion];

    /// Returns the name in the row.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Activity => "activity",
            Self::Change => "change",
            Self::Deletion => "deletion",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|pending_signal| pending_signal.as_str() == text)
    }
}

impl StoredItem {
    /// Returns the owner. A tombstone has none.
    pub fn owner(&self) -> Option<&Owner> {
        match &self.state {
            RowState::Placeholder { owner } | RowState::Fetched { owner, .. } => owner.as_ref(),
            RowState::Tombstone { .. } => None,
        }
    }

    /// Returns the user it belongs to.
    pub fn user(&self) -> Option<&ClientUserId> {
        self.owner().map(|owner| &owner.user)
    }

    /// Returns Pluggy's last response. Only a fetched row has one.
    pub fn snapshot(&self) -> Option<&Snapshot> {
        match &self.state {
            RowState::Fetched { snapshot, .. } => Some(snapshot),
            RowState::Placeholder { .. } | RowState::Tombstone { .. } => None,
        }
    }

    /// Returns when it was deleted. Only a tombstone was.
    pub fn deleted_at(&self) -> Option<Timestamp> {
        match self.state {
            RowState::Tombstone { deleted_at, .. } => Some(deleted_at),
            RowState::Placeholder { .. } | RowState::Fetched { .. } => None,
        }
    }

    /// Whether it was deleted.
    pub fn is_tombstone(&self) -> bool {
        matches!(self.state, RowState::Tombstone { .. })
    }

    /// Whether its user was erased.
    pub fn is_erased(&self) -> bool {
        matches!(
            self.state,
            RowState::Tombstone {
                is_erased: true,
                ..
            }
        )
    }

    /// Whether `user` may see it. An item that was never fetched is as absent as a deleted one once Pluggy reports its
    /// deletion.
    pub fn is_shown_to(&self, user: &ClientUserId) -> bool {
        !self.is_deleted_placeholder() && self.user() == Some(user)
    }

    /// Whether it is a placeholder of an item that Pluggy reports as deleted, although no fetch has confirmed it yet.
    pub fn is_deleted_placeholder(&self) -> bool {
        matches!(self.state, RowState::Placeholder { .. })
            && self.schedule.pending_signal == Some(PendingSignal::Deletion)
    }

    /// Whether Pluggy itself has never reported it: an operator or our own schedule named it, and no fetch has
    /// succeeded yet. The signal of an event stays pending until a fetch succeeds.
    pub fn is_unconfirmed(&self) -> bool {
        matches!(self.state, RowState::Placeholder { .. }) && self.schedule.pending_signal.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Provenance;

    #[test]
    fn an_item_is_shown_to_its_owner_while_it_lives() {
        let owner: ClientUserId = "usr_1".parse().unwrap();
        let by_event = Owner {
            user: owner.clone(),
            provenance: Provenance::Event,
        };
        let row = |state| StoredItem {
            item_id: "9a7b6c5d-0000-4000-8000-000000000001".parse().unwrap(),
            created_at: Timestamp::UNIX_EPOCH,
            schedule: Schedule::default(),
            state,
        };
        let placeholder = row(RowState::Placeholder {
            owner: Some(by_event),
        });
        assert!(placeholder.is_shown_to(&owner));
        assert!(!placeholder.is_shown_to(&"usr_2".parse().unwrap()));

        let tombstone = row(RowState::Tombstone {
            deleted_at: Timestamp::UNIX_EPOCH,
            is_erased: false,
        });
        assert!(!tombstone.is_shown_to(&owner));

        let nobodys = row(RowState::Placeholder { owner: None });
        assert!(!nobodys.is_shown_to(&owner));

        let reported_as_deleted = StoredItem {
            schedule: Schedule {
                pending_signal: Some(PendingSignal::Deletion),
                ..Schedule::default()
            },
            ..placeholder
        };
        assert!(!reported_as_deleted.is_shown_to(&owner));
    }
}
