use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A seed of invented data. The same names under the same parent always give the same data, and nothing is random.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seed {
    /// A unique id.
    pub(crate) id: Uuid,
    /// An arbitrary number.
    pub(crate) number: u16,
}

impl Seed {
    pub(crate) fn new(parent: Uuid, kind: &str, index: u32) -> Self {
        let digest: [u8; 32] = Sha256::new()
            .chain_update(parent)
            .chain_update(kind)
            .chain_update(index.to_be_bytes())
            .finalize()
            .into();
        let [id @ .., high, low] = digest.first_chunk::<18>().copied().unwrap_or_default();
        Self {
            id: uuid::Builder::from_random_bytes(id).into_uuid(),
            number: u16::from_be_bytes([high, low]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_names_give_the_same_and_others_something_else() {
        let seed = |parent, kind, index| Seed::new(Uuid::from_u128(parent), kind, index).id;

        assert_eq!(seed(1, "account", 0), seed(1, "account", 0));
        for other in [
            seed(2, "account", 0),
            seed(1, "card", 0),
            seed(1, "account", 1),
        ] {
            assert_ne!(seed(1, "account", 0), other);
        }
    }
}
