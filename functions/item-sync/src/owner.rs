//! Whose an item is: the first user whom Pluggy names, for good.

use shared::metrics::Metric;
use shared::pluggy::{ClientUserId, Item};
use shared::store::StoredItem;

use crate::group::Signals;
use crate::tally::Tally;

/// The owner to store. The first value stays; a different later one is logged and ignored.
pub(crate) fn owner(
    stored: Option<&StoredItem>,
    item: Option<&Item>,
    signals: &Signals,
    tally: &mut Tally,
) -> Option<ClientUserId> {
    let answered = item.and_then(|item| item.client_user_id.as_deref()?.parse().ok());
    let named = answered.or_else(|| signals.client_user_id.clone());
    match (stored.and_then(|stored| stored.owner.clone()), named) {
        (Some(owner), Some(other)) if owner != other => {
            tally.count(Metric::OwnerConflicts);
            tracing::error!(item.id = %signals.item_id, "owner conflict: pluggy names another user; the first one stays");
            Some(owner)
        }
        (Some(owner), _) => Some(owner),
        (None, named) => {
            if named.is_none() {
                tally.count(Metric::ItemsWithoutOwner);
            }
            named
        }
    }
}
