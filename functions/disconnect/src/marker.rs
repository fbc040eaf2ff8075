//! The event that a user's disconnecting leaves: it asks for a look at the item, and it is what
//! tells, once the item's row has forgotten its owner, that this user was the one.

use std::fmt::Write as _;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use shared::pluggy::{ClientUserId, ItemId};
use shared::store::{NewEvent, Target};

/// Enough of the digest that no two users share one; all of it would only be longer.
const DIGEST_BYTES: usize = 16;

/// The event of this user's disconnecting this item: one for both, however often it happens.
pub(crate) fn marker(item_id: ItemId, user: &ClientUserId, now: Timestamp) -> NewEvent {
    // Which user is in the key as a digest: the row may outlive what else names them.
    let digest = Sha256::digest(user.as_str().as_bytes());
    let mut event_id = "disconnect-".to_owned();
    for byte in digest.iter().take(DIGEST_BYTES) {
        // Writing into a string cannot fail.
        let _ = write!(event_id, "{byte:02x}");
    }
    NewEvent::check(Target::Item(item_id), &event_id, now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key_of(user: &str) -> (String, String) {
        let item_id = "9a7b6c5d-0000-4000-8000-000000000001".parse().unwrap();
        let key = marker(item_id, &user.parse().unwrap(), Timestamp::UNIX_EPOCH).key;
        (key.partition, key.sort)
    }

    #[test]
    fn the_marker_is_about_the_item_and_names_the_user_as_a_digest() {
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
    fn users_whose_ids_differ_have_markers_that_differ() {
        let longest = "é".repeat(255);
        let users = ["usr_1", "usr_1 ", "USR_1", "usr#1", "usr_1#usr_2", &longest];

        let keys: std::collections::BTreeSet<_> = users.map(key_of).into_iter().collect();

        assert_eq!(keys.len(), users.len());
    }
}
