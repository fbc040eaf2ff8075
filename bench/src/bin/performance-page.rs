//! A program that regenerates the table and the picture of `docs/operations/performance.md` from the record beside it, with the
//! budgets of now.

use std::io;
use std::path::Path;

use bench::speed::{Budgets, record, recorded};

fn main() -> io::Result<()> {
    let docs = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/operations"));
    record(&Budgets::load().applied(recorded(docs)?), docs)
}
