//! Owner of an item: the user named by the highest rank, Pluggy's response before an event before an operator.
//! Within one rank the first user stays. A hint names nobody.

use pluggy::{ClientUserId, Item};
use runtime::metrics::Metric;
use store::{Owner, Provenance, StoredItem};

use crate::batch_report::BatchReport;
use crate::group::Signals;

/// Returns the owner to store.
pub(crate) fn owner(
    stored: Option<&StoredItem>,
    item: Option<&Item>,
    signals: &Signals,
) -> Option<Owner> {
    let stored = stored.and_then(|stored| stored.owner.clone());
    Owner::resolve(stored, named(item, signals))
}

/// Returns the owner to store, and counts an item that has none.
pub(crate) fn owner_to_store(
    stored: Option<&StoredItem>,
    item: Option<&Item>,
    signals: &Signals,
    report: &mut BatchReport,
) -> Option<Owner> {
    let owner = owner(stored, item, signals);
    if owner.is_none() {
        report.count(Metric::ItemsWithoutOwner);
    }
    owner
}

/// Counts and logs that different users are named for the item with equal authority.
pub(crate) fn report_conflict(
    stored: Option<&StoredItem>,
    item: Option<&Item>,
    signals: &Signals,
    report: &mut BatchReport,
) {
    let stored = stored.and_then(|stored| stored.owner.clone());
    let mut users: Vec<Owner> = stored.into_iter().chain(of_response(item)).collect();
    users.extend(signals.named.iter().cloned());
    let mut others = users.iter().enumerate().skip(1);
    if others.any(|(at, other)| users.iter().take(at).any(|user| user.conflicts_with(other))) {
        report.count(Metric::OwnerConflicts);
        tracing::error!(item.id = %signals.item_id, "owner conflict: different users are named for one item");
    }
}

/// Returns the user named by the response or the signals, independent of the row.
pub(crate) fn named(item: Option<&Item>, signals: &Signals) -> Option<Owner> {
    let users = of_response(item).into_iter();
    users
        .chain(signals.named.iter().cloned())
        .fold(None, |owner, user| Owner::resolve(owner, Some(user)))
}

fn of_response(item: Option<&Item>) -> Option<Owner> {
    let user: ClientUserId = item?.client_user_id.as_deref()?.parse().ok()?;
    Some(Owner {
        user,
        provenance: Provenance::Response,
    })
}
