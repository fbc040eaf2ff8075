//! Table keys from external ids, which a sender chooses, and from internal ids, which this project makes. No sender can
//! make a key too long, unprintable or ambiguous, or equal to one with an internal id.

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::Target;
use super::schema::{CONNECTOR_PREFIX, ITEM_PREFIX};

use pluggy::{ClientUserId, ItemId, Subject};

/// Maximum length of an external id in a key; longer ids are hashed. DynamoDB's sort keys hold 1,024 bytes.
const MAX_ID_BYTES: usize = 128;
/// First character of internal event ids. No external id has it in a key.
const INTERNAL_PREFIX: char = '#';
/// Prefix of hashed external ids.
const HASHED: &str = "sha256-";

/// Bytes of a key's digest. A hundred of them fit into a row of one write unit.
const KEY_DIGEST_BYTES: usize = 8;

/// The key of one event row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventKey {
    /// Partition key: the subject of the event.
    pub partition: String,
    /// Sort key: the event.
    pub sort: String,
}

impl EventKey {
    /// Returns the key of a webhook event. Every id in an event is external. An event without an id gets a random
    /// internal one.
    pub fn of_event(subject: &Subject, event_id: Option<&str>) -> Self {
        let sort = event_id.map_or_else(|| internal_id(&Uuid::new_v4().to_string()), external_id);
        let partition = subject_key(subject).unwrap_or_else(|| format!("EVENT#{sort}"));
        Self { partition, sort }
    }

    /// Returns the key of an event with an internal id. `name` consists of printable ASCII characters and is at most 128 bytes
    /// long.
    pub fn of_target(target: Target, name: &str) -> Self {
        Self {
            partition: target.key(),
            sort: internal_id(name),
        }
    }

    /// Returns the key of an authenticated body that is not an event.
    pub fn of_unparsed(body: &[u8]) -> Self {
        let digest = hex::encode(Sha256::digest(body));
        Self {
            partition: format!("UNPARSED#{digest}"),
            sort: internal_id(&digest),
        }
    }

    /// Returns a short digest of the key, for a set of keys in one row.
    pub(super) fn digest(&self) -> Vec<u8> {
        let digest = Sha256::digest(format!("{}#{}", self.partition, self.sort));
        digest.get(..KEY_DIGEST_BYTES).unwrap_or(&digest).to_vec()
    }

    /// Returns the key of a second, different event with the same id. No external id contains the separator.
    pub(super) fn with_body_digest(&self, digest: &[u8]) -> Self {
        Self {
            partition: self.partition.clone(),
            sort: format!("{}{INTERNAL_PREFIX}{}", self.sort, hex::encode(digest)),
        }
    }
}

/// Returns the partition key of a subject, or `None` if the event names none.
fn subject_key(subject: &Subject) -> Option<String> {
    let (prefix, id) = match subject {
        Subject::Item(id) => (ITEM_PREFIX, id),
        Subject::Connector(id) => (CONNECTOR_PREFIX, id),
        Subject::PaymentRequest(id) => ("PAYMENT_REQUEST#", id),
        Subject::PaymentIntent(id) => ("PAYMENT_INTENT#", id),
        Subject::AutomaticPixPayment(id) => ("AUTOMATIC_PIX_PAYMENT#", id),
        Subject::SmartTransferPayment(id) => ("SMART_TRANSFER_PAYMENT#", id),
        Subject::SmartTransferPreauthorization(id) => ("SMART_TRANSFER_PREAUTHORIZATION#", id),
        Subject::Boleto(id) => ("BOLETO#", id),
        Subject::Nothing => return None,
    };
    Some(format!("{prefix}{}", external_id(id)))
}

/// Returns the partition key of an item, in both tables.
pub(super) fn item_key(id: ItemId) -> String {
    Target::Item(id).key()
}

/// Bytes of a user's digest. They suffice to distinguish the users of one item.
const USER_DIGEST_BYTES: usize = 16;

/// Returns the digest of a user for a key, which may outlive the other data about the user.
pub(super) fn user_digest(user: &ClientUserId) -> String {
    let digest = Sha256::digest(user.as_str().as_bytes());
    hex::encode(digest.get(..USER_DIGEST_BYTES).unwrap_or(&digest))
}

/// Whether a sort key is an internal event id, which no sender can give.
pub(super) fn is_internal(sort: &str) -> bool {
    sort.starts_with(INTERNAL_PREFIX)
}

/// Returns an internal event id.
fn internal_id(name: &str) -> String {
    format!("{INTERNAL_PREFIX}{name}")
}

/// Returns an external id for a key: a UUID in lower case, a short printable id unchanged, and the hash of anything
/// else. The result never contains [`INTERNAL_PREFIX`], and looks like a hash only if it is one.
fn external_id(id: &str) -> String {
    if let Ok(uuid) = Uuid::try_parse(id) {
        return uuid.hyphenated().to_string();
    }
    let usable = (1..=MAX_ID_BYTES).contains(&id.len())
        && !id.contains(INTERNAL_PREFIX)
        && !id.starts_with(HASHED)
        && id
            .bytes()
            .all(|byte| byte.is_ascii_graphic() || byte == b' ');
    if usable {
        id.to_owned()
    } else {
        format!("{HASHED}{}", hex::encode(Sha256::digest(id.as_bytes())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_has_one_spelling_in_keys() {
        let upper = Subject::Item("9A7B6C5D-0000-4000-8000-000000000001".to_owned());

        assert_eq!(
            subject_key(&upper).unwrap(),
            "ITEM#9a7b6c5d-0000-4000-8000-000000000001"
        );
    }

    #[test]
    fn an_external_id_that_is_long_empty_unprintable_or_like_an_internal_one_is_hashed() {
        for id in [
            "x".repeat(129),
            String::new(),
            "a\u{0}b".to_owned(),
            "café".to_owned(),
            "#fetch-1795435195000-0".to_owned(),
            "evt_1#2".to_owned(),
            format!("sha256-{}", "0".repeat(64)),
        ] {
            let key = EventKey::of_event(&Subject::Nothing, Some(&id));

            assert!(
                key.sort.starts_with("sha256-") && key.sort.len() == 71,
                "{}",
                key.sort
            );
        }
        assert_eq!(
            EventKey::of_event(&Subject::Nothing, Some("evt_1")).sort,
            "evt_1"
        );
    }

    #[test]
    fn an_event_about_nothing_is_filed_under_its_own_id() {
        let key = EventKey::of_event(&Subject::Nothing, Some("evt_1"));

        assert_eq!(key.partition, "EVENT#evt_1");
    }

    #[test]
    fn only_internal_ids_begin_with_the_internal_prefix() {
        let item = Target::Item("9a7b6c5d-0000-4000-8000-000000000001".parse().unwrap());
        let subject = Subject::Item("9a7b6c5d-0000-4000-8000-000000000001".to_owned());
        let internal = [
            EventKey::of_target(item, "fetch-1795435195000-0"),
            EventKey::of_unparsed(b"x"),
            EventKey::of_event(&Subject::Nothing, None),
            EventKey::of_event(&subject, None),
        ];

        for key in internal {
            assert!(key.sort.starts_with('#'), "{key:?}");
            // A sender who knows the key, or a part of it, gets another one.
            for id in [&key.sort, key.sort.trim_start_matches('#'), &key.partition] {
                let external = EventKey::of_event(&subject, Some(id));
                assert_ne!(external.sort, key.sort);
                assert!(!external.sort.contains('#'), "{external:?}");
            }
        }
    }

    #[test]
    fn an_event_under_a_reused_id_has_an_id_that_no_sender_can_give() {
        let subject = Subject::Item("i".to_owned());
        let first = EventKey::of_event(&subject, Some("evt_1"));
        let second = first.with_body_digest(&[7; 32]);

        let forged = EventKey::of_event(&subject, Some(&second.sort));

        assert_eq!(second.sort, format!("evt_1#{}", "07".repeat(32)));
        assert_ne!(forged, second);
    }

    #[test]
    fn events_without_an_id_do_not_share_one() {
        let [one, other] = [(), ()].map(|()| EventKey::of_event(&Subject::Item("i".into()), None));

        assert_ne!(one.sort, other.sort);
        assert_eq!(one.partition, other.partition);
    }
}
