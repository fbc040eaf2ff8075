//! What the figures may be at most.

use std::collections::BTreeMap;

use bench::speed::Figure;
use bench::statistics::millions;

/// Those that a run cannot fail for, since times vary from run to run and memory does a little: over the floor's init,
/// over a warm invocation, and megabytes.
const OF_TIME_AND_MEMORY: [(&str, f64, f64, f64); 4] = [
    ("webhook", 1.6, 2.0, 10.0),
    ("item-status", 1.6, 2.0, 10.0),
    ("connect-token", 1.8, 2.0, 14.0),
    ("item-sync", 1.8, 2.0, 14.0),
];
/// The name in the file of the budgets that `make test-budgets` holds.
const IN_FILE: [(&str, Figure); 6] = [
    ("init_instructions", Figure::InitInstructions),
    ("connection_instructions", Figure::ConnectionInstructions),
    ("first_instructions", Figure::FirstInstructions),
    ("warm_instructions", Figure::WarmInstructions),
    ("record_instructions", Figure::RecordInstructions),
    ("binary_bytes", Figure::BinarySize),
];

pub(crate) struct Budgets(BTreeMap<String, BTreeMap<String, u64>>);

impl Budgets {
    pub(crate) fn load() -> Self {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/budgets.toml");
        Self(toml::from_str(&std::fs::read_to_string(file).unwrap()).unwrap())
    }

    pub(crate) fn of(&self, name: &str) -> BTreeMap<Figure, f64> {
        let mut budgets = BTreeMap::new();
        if let Some(of_name) = self.0.get(name) {
            let known = IN_FILE.iter().filter_map(|(key, figure)| {
                let budget = of_name.get(*key)?;
                Some((*figure, millions(*budget)))
            });
            budgets.extend(known);
        }
        for (_, init, first, memory) in OF_TIME_AND_MEMORY.iter().filter(|row| row.0 == name) {
            budgets.insert(Figure::InitOverFloor, *init);
            budgets.insert(Figure::FirstOverWarm, *first);
            budgets.insert(Figure::PeakMemory, *memory);
        }
        budgets
    }
}
