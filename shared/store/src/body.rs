//! Stored body of a webhook: byte-exact, and compressed if that makes its row cheaper.

use std::borrow::Cow;
use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

/// Maximum size of a stored body. A DynamoDB row holds 400 KB; the rest is for the other attributes.
const MAX_STORED_BYTES: usize = 350 * 1024;
/// Maximum size of an uncompressed body. A row of up to 1 KB costs one write unit, and the other attributes
/// need less than the rest of it. Below this size, compression costs as much as the write and saves nothing.
const SMALL_BYTES: usize = 512;
/// Maximum decompressed size. A Lambda request holds at most 6 MB.
const MAX_RAW_BYTES: u64 = 6 * 1024 * 1024;

/// Encoding of a stored body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// As received.
    Identity,
    /// Compressed, RFC 1952.
    Gzip,
}

impl Encoding {
    /// Returns the name in the row, which equals HTTP's content coding.
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

/// The stored bytes of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodedBody {
    /// The bytes, in their encoding.
    pub bytes: Vec<u8>,
    /// The encoding.
    pub encoding: Encoding,
}

/// A body to store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// The bytes to store.
    pub encoded: EncodedBody,
    /// SHA-256 of the body as it was received.
    pub sha256: [u8; 32],
    /// Whether the body did not fit, so that only its envelope is stored.
    pub truncated: bool,
}

impl EncodedBody {
    /// Returns the body before it was encoded. Returns `None` if it cannot be decompressed.
    pub fn decode(&self) -> Option<Cow<'_, [u8]>> {
        if self.encoding == Encoding::Identity {
            return Some(Cow::Borrowed(&self.bytes));
        }
        let mut raw = Vec::new();
        GzDecoder::new(self.bytes.as_slice())
            .take(MAX_RAW_BYTES)
            .read_to_end(&mut raw)
            .ok()?;
        Some(Cow::Owned(raw))
    }
}

impl Body {
    /// Creates the stored form of a body. If it does not fit even compressed, `envelope` is stored instead.
    pub fn new(raw: &[u8], envelope: impl FnOnce() -> Vec<u8>) -> Self {
        let sha256 = Sha256::digest(raw).into();
        let encoded = smallest(raw);
        if encoded.bytes.len() <= MAX_STORED_BYTES {
            return Self {
                encoded,
                sha256,
                truncated: false,
            };
        }
        let mut encoded = smallest(&envelope());
        if encoded.bytes.len() > MAX_STORED_BYTES {
            encoded.bytes.clear();
        }
        Self {
            encoded,
            sha256,
            truncated: true,
        }
    }
}

fn smallest(raw: &[u8]) -> EncodedBody {
    let compressed = (raw.len() > SMALL_BYTES).then(|| gzip(raw).ok()).flatten();
    match compressed.filter(|compressed| compressed.len() < raw.len()) {
        Some(bytes) => EncodedBody {
            bytes,
            encoding: Encoding::Gzip,
        },
        None => EncodedBody {
            bytes: raw.to_vec(),
            encoding: Encoding::Identity,
        },
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

            assert_eq!(stored.encoded.decode().unwrap(), raw);
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

            assert_eq!(stored.encoded.encoding, expected, "{length}");
        }
    }

    #[test]
    fn a_body_that_does_not_fit_keeps_its_envelope() {
        // Bytes of a linear congruential generator do not compress.
        let mut state = 1_u32;
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        })
        .take(MAX_STORED_BYTES + 1)
        .collect();

        let stored = Body::new(&noise, || b"envelope".to_vec());

        assert!(stored.truncated);
        assert_eq!(stored.encoded.bytes, b"envelope");
        assert_eq!(stored.sha256, <[u8; 32]>::from(Sha256::digest(&noise)));
    }
}
