//! Digest of a secret, compared in constant time.

use std::str::FromStr;

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// SHA-256 of a secret, written as 64 hexadecimal digits. The digest of an empty text is rejected: it results
/// from an unset variable and would accept every delivery without a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretDigest([u8; Self::BYTES]);

impl SecretDigest {
    const BYTES: usize = 32;

    /// Whether `presented` is the secret. The time depends on its length only.
    pub fn matches(&self, presented: &[u8]) -> bool {
        Sha256::digest(presented).ct_eq(&self.0).into()
    }
}

/// A text that is not a digest.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a SHA-256 digest")]
pub struct InvalidDigest;

impl FromStr for SecretDigest {
    type Err = InvalidDigest;

    fn from_str(text: &str) -> Result<Self, InvalidDigest> {
        let digits = text.as_bytes();
        if digits.len() != 2 * Self::BYTES || !digits.iter().all(u8::is_ascii_hexdigit) {
            return Err(InvalidDigest);
        }
        let mut digest = [0; Self::BYTES];
        for (byte, pair) in digest.iter_mut().zip(digits.chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| InvalidDigest)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| InvalidDigest)?;
        }
        let digest = Self(digest);
        if digest.matches(b"") {
            return Err(InvalidDigest);
        }
        Ok(digest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SHA-256 of `abc`, from FIPS 180-2, appendix B.1.
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn only_the_secret_itself_matches() {
        let digest: SecretDigest = ABC.parse().unwrap();

        assert!(digest.matches(b"abc"));
        for other in [b"".as_slice(), b"ab", b"abcd", b"ABC", ABC.as_bytes()] {
            assert!(!digest.matches(other));
        }
    }

    #[test]
    fn the_digest_of_nothing_is_refused() {
        let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

        assert_eq!(nothing.parse::<SecretDigest>(), Err(InvalidDigest));
    }

    #[test]
    fn what_is_no_digest_is_refused() {
        for text in [
            "",
            "abc",
            &ABC[1..],
            &ABC.replace('b', "g"),
            &format!("{ABC}0"),
            &"é".repeat(32),
        ] {
            assert_eq!(text.parse::<SecretDigest>(), Err(InvalidDigest), "{text}");
        }
    }
}
