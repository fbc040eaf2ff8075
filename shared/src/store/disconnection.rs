//! What a user's disconnecting of an item leaves: a check, under a key that tells, once the item's row
//! has forgotten its owner, that this user was the one.

use jiff::Timestamp;

use super::key::user_digest;
use super::{EventKey, NewEvent, Target};
use crate::pluggy::{ClientUserId, ItemId};

/// Name of the event where Pluggy has deleted the item at our word.
pub(super) const DISCONNECT: &str = "disconnect";

/// What Pluggy answered to `DELETE /items/{id}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disconnection {
    /// It has deleted the item. Together with a 404 that is proof that the item is gone, as its own
    /// event would be.
    Deleted,
    /// It has no such item, which alone proves nothing.
    NotFound,
}

impl EventKey {
    /// The key of this user's disconnecting this item: one for both, however often it happens.
    pub fn of_disconnection(item_id: ItemId, user: &ClientUserId) -> Self {
        let event_id = format!("{DISCONNECT}-{}", user_digest(user));
        Self::of_target(Target::Item(item_id), &event_id)
    }
}

impl NewEvent {
    /// A check of an item that `user` has disconnected.
    pub fn disconnection(
        item_id: ItemId,
        user: &ClientUserId,
        outcome: Disconnection,
        now: Timestamp,
    ) -> Self {
        let key = EventKey::of_disconnection(item_id, user);
        let check = Self::check(Target::Item(item_id), &key.sort, now);
        match outcome {
            Disconnection::Deleted => Self {
                name: DISCONNECT.to_owned(),
                ..check
            },
            Disconnection::NotFound => check,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn key_of(user: &str) -> (String, String) {
        let item_id = "9a7b6c5d-0000-4000-8000-000000000001".parse().unwrap();
        let key = EventKey::of_disconnection(item_id, &user.parse().unwrap());
        (key.partition, key.sort)
    }

    #[test]
    fn the_key_is_about_the_item_and_names_the_user_as_a_digest() {
        // SHA-256 of `abc`, from FIPS 180-2, appendix B.1.
        assert_eq!(
            key_of("abc"),
            (
                "ITEM#9a7b6c5d-0000-4000-8000-000000000001".to_owned(),
                "disconnect-ba7816bf8f01cfea414140de5dae2223".to_owned()
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
    fn only_a_deletion_is_named_as_one_and_the_key_is_the_same() {
        let item_id = "9a7b6c5d-0000-4000-8000-000000000001".parse().unwrap();
        let user = "usr_1".parse().unwrap();
        let event =
            |outcome| NewEvent::disconnection(item_id, &user, outcome, Timestamp::UNIX_EPOCH);

        let (deleted, not_found) = (
            event(Disconnection::Deleted),
            event(Disconnection::NotFound),
        );

        assert_eq!(
            (deleted.name.as_str(), not_found.name.as_str()),
            ("disconnect", "check")
        );
        assert_eq!(deleted.key, not_found.key);
        assert_eq!(deleted.key, EventKey::of_disconnection(item_id, &user));
    }
}
