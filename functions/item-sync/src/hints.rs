//! Hints: which of them request a fetch.

use pluggy::Item;
use store::StoredItem;

use crate::group::Signals;
use crate::owner::owner;

/// Returns whether only frontends request the fetch, and none of them for the owner that the row would have. A
/// response without a user means that an item without a row has no owner.
pub(crate) fn are_hints_of_non_owners(
    stored: Option<&StoredItem>,
    item: Option<&Item>,
    signals: &Signals,
) -> bool {
    let owner = owner(stored, item, signals);
    let is_known = item.is_some() || owner.is_some();
    let is_theirs = owner.is_some_and(|owner| signals.hinted_by.contains(&owner.user));
    signals.are_hints_alone() && is_known && !is_theirs
}
