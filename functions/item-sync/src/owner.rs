//! Whose an item is: the first user whom Pluggy names, for good. An operator's word counts only as
//! long as Pluggy names nobody.

use pluggy::{ClientUserId, Item};
use runtime::metrics::Metric;
use store::StoredItem;

use crate::batch_report::BatchReport;
use crate::group::Signals;

/// The owner to store. The first one stays; that Pluggy names another one later is logged and
/// ignored.
pub(crate) fn owner(
    stored: Option<&StoredItem>,
    item: Option<&Item>,
    signals: &Signals,
    report: &mut BatchReport,
) -> Option<ClientUserId> {
    let named = named_by_pluggy(item, signals);
    let is_settled = stored.is_some_and(|stored| !stored.is_unconfirmed);
    let stored = stored.and_then(|stored| stored.owner.clone());
    match (stored, named) {
        (Some(owner), Some(other)) if is_settled => {
            if owner != other {
                report.count(Metric::OwnerConflicts);
                tracing::error!(item.id = %signals.item_id, "owner conflict: pluggy names another user; the first one stays");
            }
            Some(owner)
        }
        (_, Some(named)) => Some(named),
        (stored, None) => {
            let owner = stored.or_else(|| signals.imported_user.clone());
            if owner.is_none() {
                report.count(Metric::ItemsWithoutOwner);
            }
            owner
        }
    }
}

/// Whom this look names, whatever the row says.
pub(crate) fn named(item: Option<&Item>, signals: &Signals) -> Option<ClientUserId> {
    named_by_pluggy(item, signals).or_else(|| signals.imported_user.clone())
}

/// Whether frontends alone ask for the look, and none of them for the user whose item it is by the
/// row, or by the answer once there is one. An answer that names nobody makes it nobody's.
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

/// The answer's user, else that of Pluggy's events.
fn named_by_pluggy(item: Option<&Item>, signals: &Signals) -> Option<ClientUserId> {
    let answered = item.and_then(|item| item.client_user_id.as_deref()?.parse().ok());
    answered.or_else(|| signals.client_user_id.clone())
}
