//! Owner of an item: the user named by the highest rank, Pluggy's response before an event before an operator.
//! Within one rank the first user stays. A hint names nobody.

use pluggy::{ClientUserId, Item};
use store::{Owner, Provenance, StoredItem};

use crate::group::Signals;

/// The users who are named for an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Owners {
    /// The owner to store.
    pub(crate) owner: Option<Owner>,
    /// The user named by the response or the signals, independent of the row.
    pub(crate) named: Option<Owner>,
    /// Whether different users are named with equal authority.
    pub(crate) are_in_conflict: bool,
}

impl Owners {
    /// Returns the users named by the row, the response and the signals.
    pub(crate) fn of(stored: Option<&StoredItem>, item: Option<&Item>, signals: &Signals) -> Self {
        let stored = stored.and_then(|stored| stored.owner.clone());
        let response = item.and_then(of_response);
        let all: Vec<&Owner> = stored
            .iter()
            .chain(&response)
            .chain(&signals.named)
            .collect();
        let are_in_conflict = all
            .iter()
            .enumerate()
            .any(|(at, owner)| all.iter().take(at).any(|other| other.conflicts_with(owner)));
        let named = response
            .into_iter()
            .chain(signals.named.iter().cloned())
            .fold(None, |owner, user| Owner::resolve(owner, Some(user)));
        Self {
            owner: Owner::resolve(stored, named.clone()),
            named,
            are_in_conflict,
        }
    }
}

fn of_response(item: &Item) -> Option<Owner> {
    let user: ClientUserId = item.client_user_id.as_deref()?.parse().ok()?;
    Some(Owner {
        user,
        provenance: Provenance::Response,
    })
}
