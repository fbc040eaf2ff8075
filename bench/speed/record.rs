//! The files of a run.

use std::fs;
use std::path::Path;

use bench::speed::{self, Speed};
use runtime::env::Environment;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Writes the run under `target`, and if `RECORD` is set also under `docs`, with the table and the picture.
pub(crate) fn write(speed: &Speed, environment: &Environment) {
    let root = Path::new(ROOT);
    let folder = root.join("target/bench");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("speed.json"), speed::json(speed).unwrap()).unwrap();
    if environment.optional("RECORD").as_deref() == Some("yes") {
        speed::record(speed, &root.join("docs/operations")).unwrap();
        eprintln!("recorded in docs/operations/performance.md");
    }
}
