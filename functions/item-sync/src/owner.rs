//! Owner of an item: the first user whom Pluggy names, permanently. A user named by an operator counts only
//! until Pluggy names one.

use pluggy::{ClientUserId, Item};
use runtime::metrics::Metric;
use store::StoredItem;

use crate::batch_report::BatchReport;
use crate::group::Signals;

/// Returns the owner to store. The first owner stays. If Pluggy names another user later, that is logged and
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

/// Returns the user named by the response or the events, independent of the row.
pub(crate) fn named(item: Option<&Item>, signals: &Signals) -> Option<ClientUserId> {
    named_by_pluggy(item, signals).or_else(|| signals.imported_user.clone())
}

/// Returns the user of the response, else that of Pluggy's events.
pub(crate) fn named_by_pluggy(item: Option<&Item>, signals: &Signals) -> Option<ClientUserId> {
    let answered = item.and_then(|item| item.client_user_id.as_deref()?.parse().ok());
    answered.or_else(|| signals.client_user_id.clone())
}
