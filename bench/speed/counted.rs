//! Instruction counts of the functions.

use std::collections::BTreeMap;
use std::path::Path;

use bench::instructions::Instructions;
use bench::progress::Progress;
use bench::speed::Figure;
use bench::statistics::millions;
use harness::Callgrind;
use runtime::env::Environment;
use tests::Testbed;
use tests::testbed::{FLOOR, RIVAL};

/// The figures of each function.
#[derive(Default)]
pub(crate) struct Counted(BTreeMap<String, BTreeMap<Figure, f64>>);

impl Counted {
    pub(crate) fn get(&self, name: &str) -> BTreeMap<Figure, f64> {
        self.0.get(name).cloned().unwrap_or_default()
    }
}

/// Counts the instructions of each function. If that is not possible, returns the reason.
pub(crate) async fn measure(
    testbed: &Testbed,
    names: &[&str],
    environment: &Environment,
    progress: &Progress,
) -> Result<Counted, String> {
    if environment.optional("INSTRUCTIONS").as_deref() == Some("no") {
        return Err("Instructions were left out, as INSTRUCTIONS=no says.".to_owned());
    }
    let callgrind = Callgrind::of_environment(environment);
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/callgrind"));
    let mut counted = Counted::default();
    // Most instructions of the rival are those of a compiler at run time, which valgrind changes.
    for name in names.iter().filter(|name| **name != RIVAL) {
        let counts = Instructions::count(testbed, &callgrind, name, folder).await;
        let mut figures = BTreeMap::from([
            (Figure::InitInstructions, millions(counts.init)),
            (Figure::FirstInstructions, millions(counts.first)),
            (Figure::WarmInstructions, millions(counts.warm)),
        ]);
        if let Some(record) = counts.record {
            figures.insert(Figure::RecordInstructions, millions(record));
        }
        if *name != FLOOR {
            figures.insert(Figure::ConnectionInstructions, millions(counts.connections));
        }
        counted.0.insert((*name).to_owned(), figures);
        progress.report(format_args!("instructions of {name}"), 1, 1);
    }
    Ok(counted)
}
