//! The budgets of the figures.

use std::collections::BTreeMap;

use super::{Figure, Speed};
use crate::statistics::millions;

/// Budgets that cannot fail a run, because times vary a lot between runs and memory varies a little. They are relative
/// to the floor's init, relative to a warm invocation, and in megabytes. mimalloc takes 7 of them. The
/// least memory of a function is 128 MB.
const OF_TIME_AND_MEMORY: [(&str, f64, f64, f64); 4] = [
    ("webhook", 1.6, 2.0, 16.0),
    ("item-status", 1.6, 2.0, 16.0),
    ("connect-token", 1.8, 2.0, 18.0),
    ("item-sync", 1.8, 2.0, 18.0),
];
/// The part of the rival's start that webhook's may take, in percent: a fortieth.
const OF_RIVAL: f64 = 2.5;
/// The figures' names in the budgets file of `make test-budgets`.
const IN_FILE: [(&str, Figure); 6] = [
    ("init_instructions", Figure::InitInstructions),
    ("connection_instructions", Figure::ConnectionInstructions),
    ("first_instructions", Figure::FirstInstructions),
    ("warm_instructions", Figure::WarmInstructions),
    ("record_instructions", Figure::RecordInstructions),
    ("binary_bytes", Figure::BinarySize),
];

/// The maximum of each figure of each function.
#[derive(Clone, Debug)]
pub struct Budgets(BTreeMap<String, BTreeMap<String, u64>>);

impl Budgets {
    /// Reads `bench/budgets.toml`.
    pub fn load() -> Self {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/budgets.toml");
        Self(toml::from_str(&std::fs::read_to_string(file).unwrap()).unwrap())
    }

    /// Returns the budgets of a function.
    pub fn of(&self, name: &str) -> BTreeMap<Figure, f64> {
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
        if name == "webhook" {
            budgets.insert(Figure::StartOfRival, OF_RIVAL);
        }
        budgets
    }

    /// Returns a run with these budgets in place of those of its time.
    pub fn applied(&self, mut speed: Speed) -> Speed {
        for function in &mut speed.functions {
            function.budgets = self.of(&function.name);
        }
        speed
    }
}
