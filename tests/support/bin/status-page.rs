//! A program that prints docs/reference/status.md: `make status-page`.

use std::io::{self, Write as _};

fn main() -> io::Result<()> {
    io::stdout().write_all(tests::status_page::status_page().as_bytes())
}
