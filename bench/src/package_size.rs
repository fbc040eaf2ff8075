//! The size of a function's package, as Lambda loads it.

use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::DeflateEncoder;

/// The size of a function in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackageSize {
    /// Its binary.
    pub binary: u64,
    /// Its binary as `sam package` compresses it, which is nearly all of the archive.
    pub zip: u64,
}

impl PackageSize {
    /// Returns the size of a built function.
    pub fn of_file(bootstrap: &Path) -> Self {
        let content = std::fs::read(bootstrap)
            .unwrap_or_else(|error| panic!("{}: {error}; run `make build`", bootstrap.display()));
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&content).unwrap();
        let compressed = encoder.finish().unwrap();
        Self {
            binary: content.len().try_into().unwrap(),
            zip: compressed.len().try_into().unwrap(),
        }
    }
}
