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
        let stored = stored.and_then(StoredItem::owner).cloned();
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

#[cfg(test)]
mod tests {
    use serde_json::json;
    use store::RowState;

    use super::*;
    use crate::samples::{hint, item, owner, placeholder, update};
    use Provenance::{Event, Import, Response};

    /// Returns what a row, a response and an event that name these users lead to.
    fn owners(
        stored: Option<(&str, Provenance)>,
        response: Option<&str>,
        event: Option<&str>,
    ) -> Owners {
        let stored = StoredItem {
            state: RowState::Placeholder {
                owner: stored.map(|(user, provenance)| owner(user, provenance)),
            },
            ..placeholder()
        };
        let item = item(json!({"clientUserId": response}));
        let signals = Signals {
            named: event.map(|user| owner(user, Event)).into_iter().collect(),
            ..update()
        };
        Owners::of(Some(&stored), Some(&item), &signals)
    }

    #[test]
    fn a_response_outranks_an_event_and_an_event_an_operator() {
        let both = owners(Some(("usr_3", Import)), Some("usr_1"), Some("usr_2"));
        assert_eq!(both.owner, Some(owner("usr_1", Response)));
        assert_eq!(both.named, both.owner);

        let event_alone = owners(Some(("usr_3", Import)), None, Some("usr_2"));
        assert_eq!(event_alone.owner, Some(owner("usr_2", Event)));
    }

    #[test]
    fn within_one_rank_the_first_user_stays_and_the_conflict_is_noticed() {
        let two_events = owners(Some(("usr_1", Event)), None, Some("usr_2"));
        assert_eq!(two_events.owner, Some(owner("usr_1", Event)));
        assert_eq!(two_events.named, Some(owner("usr_2", Event)));
        assert!(two_events.are_in_conflict);

        let agreed = owners(Some(("usr_1", Event)), Some("usr_1"), Some("usr_1"));
        assert!(!agreed.are_in_conflict);
    }

    #[test]
    fn a_response_that_corrects_an_operator_is_no_conflict() {
        let corrected = owners(Some(("usr_2", Import)), Some("usr_1"), None);

        assert_eq!(corrected.owner, Some(owner("usr_1", Response)));
        assert!(!corrected.are_in_conflict);
    }

    #[test]
    fn neither_a_hint_nor_an_unusable_name_makes_an_owner() {
        let nobody = Owners {
            owner: None,
            named: None,
            are_in_conflict: false,
        };

        assert_eq!(Owners::of(None, None, &hint("usr_1")), nobody);
        assert_eq!(owners(None, Some(""), None), nobody);
    }
}
