//! Deterministic ids of bus events. Consumers deduplicate by them.

use sha2::{Digest as _, Sha256};

/// Returns the id of the event that these parts identify. Equal parts give an equal id, on every retry. The id has
/// 64 hexadecimal digits and does not reveal the parts.
pub(crate) fn event_id(parts: &[&str]) -> String {
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
