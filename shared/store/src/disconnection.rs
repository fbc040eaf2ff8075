//! Events of a user's disconnection of an item: the user's request, which proves the owner after the row has
//! lost it, and a fetch request after the deletion.

use jiff::{SignedDuration, Timestamp};

use super::key::user_digest;
use super::{EventKey, NewEvent, Target};
use pluggy::{ClientUserId, ItemId};

/// Name of the event for the user's request. It requests no fetch, because nothing has happened yet.
pub(super) const DISCONNECT_ASKED: &str = "disconnect-asked";
/// Name of the fetch request after Pluggy has deleted the item for us.
pub(super) const DISCONNECTED: &str = "disconnected";
/// Period in which only one fetch request is stored for an item that Pluggy does not find.
const BUCKET: SignedDuration = SignedDuration::from_mins(5);

/// State of a user's disconnection of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disconnection {
    /// The user requests it.
    Asked,
    /// Pluggy has deleted the item. Together with a 404 this proves that the item is gone, as Pluggy's own
    /// event would.
    Deleted,
    /// Pluggy has no such item. This alone proves nothing.
    NotFound,
}

impl EventKey {
    /// Returns the key of the user's request to disconnect the item. Repeated requests have the same key.
    pub fn of_asked_disconnection(item_id: ItemId, user: &ClientUserId) -> Self {
        Self::of_target(Target::Item(item_id), &event_id(DISCONNECT_ASKED, user))
    }
}

fn event_id(name: &str, user: &ClientUserId) -> String {
    format!("{name}-{}", user_digest(user))
}

impl NewEvent {
    /// Returns the event of `user`'s disconnection at this step.
    pub fn disconnection(
        item_id: ItemId,
        user: &ClientUserId,
        step: Disconnection,
        now: Timestamp,
    ) -> Self {
        let named = |name: &str| Self {
            name: name.to_owned(),
            ..Self::fetch_request(Target::Item(item_id), &event_id(name, user), now)
        };
        match step {
            Disconnection::Asked => named(DISCONNECT_ASKED),
            Disconnection::Deleted => named(DISCONNECTED),
            Disconnection::NotFound => {
                let bucket = now.as_second().div_euclid(BUCKET.as_secs());
                let event_id = format!("disconnect-{}-{bucket}", user_digest(user));
                Self::fetch_request(Target::Item(item_id), &event_id, now)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn key_of(user: &str) -> (String, String) {
        let item_id = "9a7b6c5d-0000-4000-8000-000000000001".parse().unwrap();
        let key = EventKey::of_asked_disconnection(item_id, &user.parse().unwrap());
        (key.partition, key.sort)
    }

    #[test]
    fn the_key_is_about_the_item_and_names_the_user_as_a_digest() {
        // SHA-256 of `abc`, from FIPS 180-2, appendix B.1.
        assert_eq!(
            key_of("abc"),
            (
                "ITEM#9a7b6c5d-0000-4000-8000-000000000001".to_owned(),
                "#disconnect-asked-ba7816bf8f01cfea414140de5dae2223".to_owned()
            )
        );
    }

    #[test]
    fn users_whose_ids_differ_have_keys_that_differ() {
        let longest = "é".repeat(255);
        let users = ["usr_1", "usr_1 ", "USR_1", "usr#1", "usr_1#usr_2", &longest];

        let keys: BTreeSet<_> = users.map(key_of).into_iter().collect();

        assert_eq!(keys.len(), users.len());
    }

    #[test]
    fn each_step_has_a_row_of_its_own_and_only_a_deletion_is_named_as_one() {
        let item_id = "9a7b6c5d-0000-4000-8000-000000000001".parse().unwrap();
        let user = "usr_1".parse().unwrap();
        let steps = [
            (Disconnection::Asked, "disconnect-asked"),
            (Disconnection::Deleted, "disconnected"),
            (Disconnection::NotFound, "fetch"),
        ];

        let events = steps.map(|(step, name)| {
            let event = NewEvent::disconnection(item_id, &user, step, Timestamp::UNIX_EPOCH);
            assert_eq!(event.name, name);
            event.key
        });

        assert_eq!(events[0], EventKey::of_asked_disconnection(item_id, &user));
        let keys: BTreeSet<_> = events.iter().map(|key| &key.sort).collect();
        assert_eq!(keys.len(), steps.len());
    }
}
