//! The measured speed of the functions: record, table and picture.

mod budgets;
mod figure;
mod plot;
mod record;
mod table;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use budgets::Budgets;
pub use figure::Figure;
pub use plot::plot;
pub use record::{json, record, recorded};
pub use table::{in_page, table};

/// One run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Speed {
    /// The machine of the run.
    pub machine: String,
    /// The number of measured processes of each function.
    pub processes: usize,
    /// The number of warm invocations of each process.
    pub warm_invocations: usize,
    /// The omitted measurements, with the reasons.
    pub left_out: Vec<String>,
    /// The functions, the floor first.
    pub functions: Vec<FunctionSpeed>,
}

/// The measured speed of one function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FunctionSpeed {
    /// The function's name.
    pub name: String,
    /// The measured figures.
    pub figures: BTreeMap<Figure, f64>,
    /// The maximum of each figure.
    pub budgets: BTreeMap<Figure, f64>,
}

impl FunctionSpeed {
    /// Returns a figure and its budget.
    fn get(&self, figure: Figure) -> (Option<f64>, Option<f64>) {
        let get = |values: &BTreeMap<Figure, f64>| values.get(&figure).copied();
        (get(&self.figures), get(&self.budgets))
    }
}
