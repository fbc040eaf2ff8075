//! A program that regenerates the table and the picture of `docs/performance.md` from the record beside it.

use std::io;
use std::path::Path;

use bench::speed::{record, recorded};

fn main() -> io::Result<()> {
    let docs = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs"));
    record(&recorded(docs)?, docs)
}
