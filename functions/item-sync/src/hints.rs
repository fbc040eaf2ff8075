//! Hints: which of them request a fetch, and what they may change.
//!
//! A frontend may name any item, existing or not. A hint therefore changes nothing unless the item belongs to one of
//! the users who sent it.

use std::cell::Cell;

use store::StoredItem;

use crate::group::{Signals, Source};
use crate::owner::Owners;

/// Maximum number of unknown items per batch. Made-up ids must not use up the calls for other items.
const MAX_UNKNOWN_ITEMS: u32 = 5;

/// Returns whether only frontends request the fetch.
pub(crate) fn are_hints_alone(signals: &Signals) -> bool {
    signals.source == Source::Frontend
}

/// Returns whether only frontends request the fetch, and none of them for the item's owner. Before the fetch the owner
/// of an item without a row is unknown. After it, an item that names no user has no owner.
pub(crate) fn are_hints_of_non_owners(
    signals: &Signals,
    owners: &Owners,
    is_fetched: bool,
) -> bool {
    let owner = owners.owner.as_ref();
    let is_known = is_fetched || owner.is_some();
    let is_theirs = owner.is_some_and(|owner| signals.hinted_by.contains(&owner.user));
    are_hints_alone(signals) && is_known && !is_theirs
}

/// Returns whether only frontends name this item. Nothing is stored for it before Pluggy names its owner: forged ids
/// could fill the table.
pub(crate) fn is_unknown_item(stored: Option<&StoredItem>, signals: &Signals) -> bool {
    stored.is_none() && are_hints_alone(signals)
}

/// Returns whether only frontends request the fetch of a row without an owner. The hint may come from a non-owner, and the
/// row has a schedule of its own, so a 404 changes nothing.
pub(crate) fn are_hints_about_nobodys_row(stored: &StoredItem, signals: &Signals) -> bool {
    are_hints_alone(signals) && stored.owner().is_none()
}

/// Number of unknown items in one batch.
#[derive(Debug, Default)]
pub(crate) struct UnknownItems(Cell<u32>);

impl UnknownItems {
    /// Counts one more, and returns whether it may be fetched.
    pub(crate) fn allow_one_more(&self) -> bool {
        self.0.update(|count| count + 1);
        self.0.get() <= MAX_UNKNOWN_ITEMS
    }
}
