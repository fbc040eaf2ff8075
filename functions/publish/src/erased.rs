//! Entries about erased users and their items, which are not published.

use client::chain;
use jiff::Timestamp;
use pluggy::{ClientUserId, ItemId};
use store::Erasures;

use crate::pending_entry::PendingEntry;

/// Users and item of an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct About {
    /// The users that the entry or the row names.
    pub(crate) users: Vec<ClientUserId>,
    /// The item.
    pub(crate) item_id: Option<ItemId>,
}

/// Returns the entries without those about erased users and items. Returns all of them as an error if the markers
/// cannot be read: nothing is published then.
pub(crate) async fn without_erased(
    erasures: &Erasures,
    mut entries: Vec<PendingEntry>,
    now: Timestamp,
) -> Result<Vec<PendingEntry>, Vec<PendingEntry>> {
    let users = entries.iter().flat_map(|entry| &entry.about.users);
    let items = entries.iter().filter_map(|entry| entry.about.item_id);
    match erasures.among(users, items, None, now).await {
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
