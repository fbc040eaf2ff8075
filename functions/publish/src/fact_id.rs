//! Deterministic event ids. Consumers deduplicate by them.

use sha2::{Digest as _, Sha256};

/// Returns the id of a fact: equal parts give an equal id, on every retry. It has 64 hexadecimal digits and
/// does not reveal the parts.
pub(crate) fn fact_id(parts: &[&str]) -> String {
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
    fn equal_facts_have_one_id_and_others_another() {
        assert_eq!(fact_id(&["a", "b"]), fact_id(&["a", "b"]));
        assert_eq!(fact_id(&["a"]).len(), 64);
        for other in [&["ab", ""][..], &["", "ab"], &["a"], &["a", "b", ""]] {
            assert_ne!(fact_id(&["a", "b"]), fact_id(other));
        }
    }
}
