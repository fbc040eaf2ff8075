//! A webhook's body as it is stored: byte-exact, compressed where that makes its row cheaper.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

/// DynamoDB's rows hold 400 KB; the rest is for the other attributes.
const MAX_STORED_BYTES: usize = 350 * 1024;
/// A row of up to a kilobyte costs one write unit, and what stands beside a body takes less than the
/// rest of it: below this, compressing costs as much as the write and saves nothing.
const SMALL_BYTES: usize = 512;
/// Lambda's requests hold 6 MB; nothing that we stored decompresses to more.
const MAX_RAW_BYTES: u64 = 6 * 1024 * 1024;

/// How a body's bytes are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// As received.
    Identity,
    /// Compressed, RFC 1952.
    Gzip,
}

impl Encoding {
    /// Name in the row; the same as HTTP's content coding.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Gzip => "gzip",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        [Self::Identity, Self::Gzip]
            .into_iter()
            .find(|encoding| encoding.as_str() == text)
    }
}

/// A body as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// The bytes, in their encoding.
    pub bytes: Vec<u8>,
    /// The encoding.
    pub encoding: Encoding,
    /// SHA-256 of the body as it was received.
    pub sha256: [u8; 32],
    /// Whether the body did not fit, and `bytes` is only its envelope.
    pub truncated: bool,
}

impl Body {
    /// The stored form of a body. `envelope` is stored in place of one that does not fit even
    /// compressed.
    pub fn new(raw: &[u8], envelope: impl FnOnce() -> Vec<u8>) -> Self {
        let sha256 = Sha256::digest(raw).into();
        let (bytes, encoding) = smallest(raw);
        if bytes.len() <= MAX_STORED_BYTES {
            return Self {
                bytes,
                encoding,
                sha256,
                truncated: false,
            };
        }
        let (mut bytes, encoding) = smallest(&envelope());
        if bytes.len() > MAX_STORED_BYTES {
            bytes = Vec::new();
        }
        Self {
            bytes,
            encoding,
            sha256,
            truncated: true,
        }
    }

    /// The body as it was received (its envelope if it was truncated); `None` if it cannot be
    /// decompressed.
    pub fn raw(bytes: Vec<u8>, encoding: Encoding) -> Option<Vec<u8>> {
        if encoding == Encoding::Identity {
            return Some(bytes);
        }
        let mut raw = Vec::new();
        GzDecoder::new(bytes.as_slice())
            .take(MAX_RAW_BYTES)
            .read_to_end(&mut raw)
            .ok()?;
        Some(raw)
    }
}

fn smallest(raw: &[u8]) -> (Vec<u8>, Encoding) {
    if raw.len() <= SMALL_BYTES {
        return (raw.to_vec(), Encoding::Identity);
    }
    match gzip(raw) {
        Ok(compressed) if compressed.len() < raw.len() => (compressed, Encoding::Gzip),
        _ => (raw.to_vec(), Encoding::Identity),
    }
}

fn gzip(raw: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(raw)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn no_envelope() -> Vec<u8> {
        panic!("the body fits")
    }

    #[test]
    fn a_body_comes_back_byte_for_byte() {
        let compressible = br#"{"event":"transactions/updated","transactionIds":["#.repeat(100);
        for raw in [b"".as_slice(), b"{}", &compressible, &[0xff, 0x00]] {
            let stored = Body::new(raw, no_envelope);

            assert_eq!(Body::raw(stored.bytes, stored.encoding).unwrap(), raw);
        }
    }

    #[test]
    fn compression_is_used_only_where_it_helps() {
        for (length, expected) in [
            (2, Encoding::Identity),
            (SMALL_BYTES, Encoding::Identity),
            (SMALL_BYTES + 1, Encoding::Gzip),
        ] {
            let stored = Body::new(&vec![b'a'; length], no_envelope);

            assert_eq!(stored.encoding, expected, "{length}");
        }
    }

    #[test]
    fn a_body_that_does_not_fit_keeps_its_envelope() {
        // A linear congruential generator: bytes that do not compress.
        let mut state = 1_u32;
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        })
        .take(MAX_STORED_BYTES + 1)
        .collect();

        let stored = Body::new(&noise, || b"envelope".to_vec());

        assert!(stored.truncated);
        assert_eq!(stored.bytes, b"envelope");
        assert_eq!(stored.sha256, <[u8; 32]>::from(Sha256::digest(&noise)));
    }
}
