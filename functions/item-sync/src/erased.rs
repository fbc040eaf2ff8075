//! Erased users: nothing that names one is stored. An item that would get one as its owner becomes a tombstone, and the
//! erasure deletes it at Pluggy.

use std::collections::HashSet;

use jiff::Timestamp;
use pluggy::ClientUserId;
use store::{Error, StoredItem};

use crate::App;
use crate::budget::Budget;
use crate::decision::{Decision, Write};
use crate::outcome::Outcome;

/// Returns the decision without the erased users whom the row does not name yet. A row that names one is left to the
/// erasure, which replaces it.
pub(crate) async fn without_erased_users(
    app: &App,
    stored: Option<&StoredItem>,
    decision: Decision,
    budget: &Budget,
) -> Result<Decision, Error> {
    let owner = stored.and_then(StoredItem::user);
    let writes = decision.writes.iter().chain(&decision.if_changed);
    let new: HashSet<ClientUserId> = writes
        .filter_map(Write::owner)
        .map(|owner| &owner.user)
        .filter(|user| owner != Some(user))
        .cloned()
        .collect();
    let erased = app.erasures.among(&new, [], budget.now()).await?.users;
    Ok(without(decision, &erased, budget.now()))
}

fn without(mut decision: Decision, erased: &HashSet<ClientUserId>, now: Timestamp) -> Decision {
    let is_erased = |write: &Write| {
        let owner = write.owner();
        owner.is_some_and(|owner| erased.contains(&owner.user))
    };
    let first = decision.writes.iter().find(|write| is_erased(write));
    if let Some(owner) = first.and_then(Write::owner) {
        let owner = owner.clone();
        return Decision {
            writes: vec![Write::Erase { owner, now }],
            ..Decision::nothing(Outcome::Unknown)
        };
    }
    decision.if_changed.retain(|write| !is_erased(write));
    decision
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::{Times, decide};
    use crate::response::Response;
    use crate::samples::{NOON, at, item, owner, update};
    use serde_json::json;
    use store::Provenance;

    fn decision() -> Decision {
        let item = item(json!({"clientUserId": "usr_1"}));
        let times = Times {
            fetched_at: at(NOON),
            written_at: at(NOON),
        };
        decide(None, &update(), Response::Found(item), times)
    }

    #[test]
    fn an_item_that_would_get_an_erased_user_is_erased() {
        let users = HashSet::from(["usr_1".parse().unwrap()]);

        let erased = without(decision(), &users, at(NOON));

        let now = at(NOON);
        let owner = owner("usr_1", Provenance::Response);
        assert_eq!(erased.writes, [Write::Erase { owner, now }]);
        assert!(erased.if_changed.is_empty());
    }

    #[test]
    fn another_users_item_is_stored() {
        let others = HashSet::from(["usr_2".parse().unwrap()]);

        let stored = without(decision(), &others, at(NOON));

        assert!(matches!(stored.writes[0], Write::Snapshot { .. }));
        let is_claim = |write: &Write| matches!(write, Write::Claim { .. });
        assert!(stored.if_changed.iter().any(is_claim));
    }
}
