//! The files of a run.

use std::fs;
use std::path::Path;

use bench::page;
use bench::scale::Run;
use runtime::env::Environment;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const BEGIN: &str = "<!-- the last record, by `make bench-scale RECORD=yes` -->\n";
const END: &str = "<!-- until here, by `make bench-scale` -->\n";

/// Writes the runs under `target`, and if `RECORD` is set also the tables to the page.
pub(crate) fn write(runs: &[Run], tables: &str, environment: &Environment) {
    let root = Path::new(ROOT);
    let folder = root.join("target/bench");
    fs::create_dir_all(&folder).unwrap();
    let json = serde_json::to_string_pretty(runs).unwrap();
    fs::write(folder.join("scale.json"), json + "\n").unwrap();
    if environment.optional("RECORD").as_deref() == Some("yes") {
        let is_whole = ["SIZE", "ONLY"].map(|part| environment.optional(part)) == [None, None];
        assert!(
            is_whole,
            "a part is not recorded: leave `SIZE` and `ONLY` out"
        );
        let page = root.join("docs/operations/performance.md");
        let text = fs::read_to_string(&page).unwrap();
        let text = page::replaced(&text, BEGIN, END, tables);
        fs::write(page, text.expect("the page has a place for the tables")).unwrap();
        eprintln!("recorded in docs/operations/performance.md");
    }
}
