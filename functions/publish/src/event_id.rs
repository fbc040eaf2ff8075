//! Deterministic ids of bus events. Consumers deduplicate by them.

use connection::ConsentStage;
use jiff::Timestamp;
use pluggy::{ClientUserId, ItemId};
use sha2::{Digest as _, Sha256};
use store::{EventKey, Snapshot, StoredItem};

/// Returns the id of a webhook's event. It is that of the row, so a republish gives the same id.
pub(crate) fn of_webhook(key: &EventKey) -> String {
    event_id(&["webhook", &key.partition, &key.sort])
}

/// Returns the id of an item's event. It depends on the new image alone, because a republish has only the row.
pub(crate) fn of_item(detail_type: &str, observed_at: Timestamp, item: &StoredItem) -> String {
    let version = item.snapshot().and_then(Snapshot::version);
    let version = version.map_or_else(String::new, |version| version.to_string());
    event_id(&[
        "item",
        &item.item_id.to_string(),
        detail_type,
        &observed_at.to_string(),
        &version,
        item.user().map_or("", ClientUserId::as_str),
    ])
}

/// Returns the id of a consent's event. Each stage of a consent has one, whichever fetch finds it. A renewed consent ends
/// at another time, so its events have ids of their own.
pub(crate) fn of_consent(item_id: ItemId, stage: ConsentStage, expires_at: Timestamp) -> String {
    event_id(&[
        "consent",
        &item_id.to_string(),
        &stage.days().to_string(),
        &expires_at.to_string(),
    ])
}

/// Returns the id of the event that these parts identify. Equal parts give an equal id, on every retry. The id has
/// 64 hexadecimal digits and does not reveal the parts.
fn event_id(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        // Length prefixes keep adjacent parts distinct.
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    }
    hex::encode(digest.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_parts_give_one_id_and_others_another() {
        assert_eq!(event_id(&["a", "b"]), event_id(&["a", "b"]));
        assert_eq!(event_id(&["a"]).len(), 64);
        for other in [&["ab", ""][..], &["", "ab"], &["a"], &["a", "b", ""]] {
            assert_ne!(event_id(&["a", "b"]), event_id(other));
        }
    }
}
