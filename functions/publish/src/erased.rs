//! Entries about erased users and their items, which are not published.

use std::sync::{Mutex, PoisonError};

use client::chain;
use jiff::{SignedDuration, Timestamp};
use pluggy::{ClientUserId, ItemId};
use store::{Erased, Erasures, Error};

use crate::pending_entry::PendingEntry;

/// How long a process remembers that no user is erased. With the function's timeout of 30 seconds it must stay below the
/// minute between the marker and `user.erased`, so that nothing about the user follows that event.
pub const NO_ERASURES_REMEMBERED_FOR: SignedDuration = SignedDuration::from_secs(20);

/// The filter of entries about erased users and items. As long as no user was ever erased, a process reads one row every
/// 20 seconds at most.
#[derive(Debug)]
pub struct ErasedFilter {
    erasures: Erasures,
    /// When this process last found that no user is erased.
    none_at: Mutex<Option<Timestamp>>,
}

/// Users and item of an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct About {
    /// The users that the entry or the row names.
    pub(crate) users: Vec<ClientUserId>,
    /// The item.
    pub(crate) item_id: Option<ItemId>,
}

impl ErasedFilter {
    /// Creates the filter from the markers.
    pub fn new(erasures: Erasures) -> Self {
        Self {
            erasures,
            none_at: Mutex::default(),
        }
    }

    /// Returns the entries without those about erased users and items. Returns all of them as an error if the markers
    /// cannot be read: nothing is published then.
    pub(crate) async fn apply(
        &self,
        mut entries: Vec<PendingEntry>,
        now: Timestamp,
    ) -> Result<Vec<PendingEntry>, Vec<PendingEntry>> {
        match self.erased_of(&entries, now).await {
            Ok(erased) => {
                entries.retain(|entry| {
                    let mut users = entry.about.users.iter();
                    !users.any(|user| erased.users.contains(user))
                        && entry
                            .about
                            .item_id
                            .is_none_or(|id| !erased.items.contains(&id))
                });
                Ok(entries)
            }
            Err(error) => {
                tracing::warn!(error = chain(&error), "markers of erased users not read");
                Err(entries)
            }
        }
    }

    async fn erased_of(&self, entries: &[PendingEntry], now: Timestamp) -> Result<Erased, Error> {
        if self.has_just_found_none(now) {
            return Ok(Erased::default());
        }
        if !self.erasures.may_exist().await? {
            *self.none_at() = Some(now);
            return Ok(Erased::default());
        }
        let users = entries.iter().flat_map(|entry| &entry.about.users);
        let items = entries.iter().filter_map(|entry| entry.about.item_id);
        self.erasures.among(users, items, now).await
    }

    /// A clock that was set back makes no finding recent.
    fn has_just_found_none(&self, now: Timestamp) -> bool {
        self.none_at().is_some_and(|none_at| {
            let age = now.duration_since(none_at);
            !age.is_negative() && age < NO_ERASURES_REMEMBERED_FOR
        })
    }

    fn none_at(&self) -> impl std::ops::DerefMut<Target = Option<Timestamp>> {
        // A time is complete, even if a thread panicked while it held the lock.
        self.none_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
