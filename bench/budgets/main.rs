//! A check of stable figures against `bench/budgets.toml`: the instruction counts and sizes of the built functions.
//! `make test-budgets` runs it.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and this one prints what it measures"
)]

mod budgets;
mod comparison;
mod dependencies;
mod figure;
mod measurements;
mod table;

use std::path::Path;

use runtime::env::Environment;

use crate::budgets::Budgets;
use crate::measurements::Measurements;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_function_keeps_within_its_budgets() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let budgets = Budgets::load(&root.join("bench/budgets.toml"));
    let only = Environment::of_process().optional("FUNCTIONS");
    let budgets = match &only {
        Some(names) => budgets.of(&names.split(',').collect::<Vec<_>>()),
        None => budgets,
    };

    let measurements = Measurements::take(&budgets, &root.join("target/callgrind")).await;
    table::print(&measurements, &budgets);
    let mut complaints = comparison::complaints(&measurements.figures, &budgets);
    complaints.extend(measurements.late_connections());
    complaints.extend(measurements.unsteady());

    for complaint in &complaints {
        println!("\n{complaint}");
    }
    assert!(
        complaints.is_empty(),
        "{} budgets are not kept",
        complaints.len()
    );
}
