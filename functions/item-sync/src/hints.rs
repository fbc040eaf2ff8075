//! Hints: which of them request a fetch.

use pluggy::Item;
use store::StoredItem;

use crate::group::Signals;
use crate::owner::named_by_pluggy;

/// Returns whether only frontends request the fetch, and none of them for the owner. The owner is that of the row or,
/// once there is one, of the response. A response without a user means that the item has no owner.
pub(crate) fn are_hints_of_non_owners(
    stored: Option<&StoredItem>,
    item: Option<&Item>,
    signals: &Signals,
) -> bool {
    let is_settled = stored.is_some_and(|stored| !stored.is_unconfirmed);
    let of_row = stored.and_then(|stored| stored.owner.clone());
    let owner = match (of_row, named_by_pluggy(item, signals)) {
        (Some(owner), _) if is_settled => Some(owner),
        (of_row, named) => named.or(of_row),
    };
    let is_known = item.is_some() || owner.is_some();
    let is_theirs = owner.is_some_and(|owner| signals.hinted_by.contains(&owner));
    signals.are_hints_alone() && is_known && !is_theirs
}
