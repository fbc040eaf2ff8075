//! The build artifacts that the tests read.

use std::path::{Path, PathBuf};

/// Returns the path of a file in the checkout.
pub(crate) fn path(relative: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).join(relative)
}

/// Returns the content of a file that a build step makes.
pub(crate) fn read(relative: &str) -> Vec<u8> {
    std::fs::read(path(relative))
        .unwrap_or_else(|error| panic!("{relative}: {error}; run `make test-template`"))
}
