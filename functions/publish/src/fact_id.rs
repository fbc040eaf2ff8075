//! The id of what is told, by which those who are told twice know it.

use sha2::{Digest as _, Sha256};

/// Names a fact: equal parts, equal id, whoever tells it and however often. 64 hexadecimal digits,
/// from which the parts cannot be had back.
pub(crate) fn fact_id(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        // Their lengths keep apart what else would run together.
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
