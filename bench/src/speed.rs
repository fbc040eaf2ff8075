//! What was measured of the functions' speed, as it is kept, tabulated and drawn.

mod figure;
mod plot;
mod record;
mod table;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use figure::Figure;
pub use plot::plot;
pub use record::{json, record, recorded};
pub use table::{in_page, table};

/// One run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Speed {
    /// What it ran on.
    pub machine: String,
    /// How many processes of each function were measured.
    pub processes: usize,
    /// How many warm invocations each of them had.
    pub warm_invocations: usize,
    /// What was left out, and why.
    pub left_out: Vec<String>,
    /// The floor first.
    pub functions: Vec<FunctionSpeed>,
}

/// What was measured of one function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FunctionSpeed {
    /// Its name.
    pub name: String,
    /// As many of them as were measured.
    pub figures: BTreeMap<Figure, f64>,
    /// What they may be at most.
    pub budgets: BTreeMap<Figure, f64>,
}

impl FunctionSpeed {
    /// A figure, and what it may be at most.
    fn get(&self, figure: Figure) -> (Option<f64>, Option<f64>) {
        let get = |values: &BTreeMap<Figure, f64>| values.get(&figure).copied();
        (get(&self.figures), get(&self.budgets))
    }
}
