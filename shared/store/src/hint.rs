//! Hints: the frontend of a signed-in user reports an event of an item. The item may belong to this user, to
//! another user, or to nobody.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::key::user_digest;
use super::{Body, EventKey, NewEvent, Origin, Target};
use pluggy::{ClientUserId, ItemId};

/// Name of the event.
const HINT: &str = "hint";
/// Period in which only one hint of a user about an item is stored.
const BUCKET: SignedDuration = SignedDuration::from_mins(5);

/// How long a hint is kept. It is only needed until `item-sync` has handled it.
pub const HINT_RETENTION: SignedDuration = SignedDuration::from_hours(24);

/// Body of a hint. It is the same for each hint of a user, so that a second one in the period is a duplicate.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct HintBody {
    client_user_id: ClientUserId,
}

impl NewEvent {
    /// Returns a hint of `user` about an item.
    pub fn hint(item_id: ItemId, user: &ClientUserId, now: Timestamp) -> Self {
        let body = HintBody {
            client_user_id: user.clone(),
        };
        let body = serde_json::to_vec(&body).unwrap_or_default();
        Self {
            key: EventKey::of_target(Target::Item(item_id), &id(user, now)),
            name: HINT.to_owned(),
            received_at: now,
            origin: Origin::Hint,
            body: Some(Body::new(&body, Vec::new)),
            quarantine: None,
        }
    }
}

fn id(user: &ClientUserId, now: Timestamp) -> String {
    let bucket = now.as_second().div_euclid(BUCKET.as_secs());
    format!("{HINT}-{}-{bucket}", user_digest(user))
}

/// Returns the user of the hint with this body.
pub(super) fn hinting_user(body: &[u8]) -> Option<ClientUserId> {
    let body: HintBody = serde_json::from_slice(body).ok()?;
    Some(body.client_user_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(user: &str, now: &str) -> NewEvent {
        let item_id = "9a7b6c5d-0000-4000-8000-000000000001".parse().unwrap();
        NewEvent::hint(item_id, &user.parse().unwrap(), now.parse().unwrap())
    }

    #[test]
    fn the_hints_of_a_user_in_five_minutes_are_one_event() {
        let first = hint("usr_1", "2026-11-23T12:00:00Z");
        let same = hint("usr_1", "2026-11-23T12:04:59.999Z");
        let next = hint("usr_1", "2026-11-23T12:05:00Z");
        let another = hint("usr_2", "2026-11-23T12:00:00Z");

        assert_eq!((&first.key, &first.body), (&same.key, &same.body));
        assert_eq!(first.body, next.body);
        assert_ne!(first.key, next.key);
        assert_ne!(first.key, another.key);
        assert_eq!(first.key.partition, another.key.partition);
    }

    #[test]
    fn a_key_does_not_show_the_user_and_is_printable_for_any_user_id() {
        for user in ["usr_1", "a#b/c d", "\u{1f642}", &"é".repeat(255)] {
            let key = hint(user, "2026-11-23T12:00:00Z").key;

            assert!(!key.sort.contains(user), "{key:?}");
            let id = key.sort.strip_prefix("#hint-").unwrap();
            let (digest, bucket) = id.split_once('-').unwrap();
            assert_eq!((digest.len(), bucket), (32, "5984784"), "{key:?}");
        }
    }

    #[test]
    fn a_hint_names_the_user_who_gave_it() {
        for user in ["usr_1", "a\"b\\c", &"é".repeat(255)] {
            let body = hint(user, "2026-11-23T12:00:00Z").body.unwrap();

            let named = hinting_user(&body.encoded.decode().unwrap());

            assert_eq!(named, Some(user.parse().unwrap()));
        }
        for body in ["", "{}", "[]", r#"{"clientUserId":""}"#] {
            let named = hinting_user(body.as_bytes());
            assert_eq!(named, None, "{body}");
        }
    }
}
