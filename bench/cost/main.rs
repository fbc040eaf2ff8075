//! What the stack costs: the built functions do what they are there for, a thousand times, and what it takes is counted.
//! Prints tables for docs/cost.md, and writes the figures as JSON to the file that `COST_JSON` names. Progress goes to the
//! standard error.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark fails by panicking, prints what it counts, and counts no more than thousands"
)]

mod bill;
mod cases;
mod counted;
mod lambda_lines;
mod prices;
mod report;
mod stand;

use std::path::Path;

use runtime::env::Environment;

use prices::Prices;
use stand::Stand;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let environment = Environment::of_process();
    let prices = Prices::load();
    let stand = Stand::start(&environment).await;
    let counted = cases::run_all(&stand).await;
    report::print(&counted, &prices);
    if let Some(file) = environment.optional("COST_JSON") {
        let figures = report::json(&counted, &prices);
        std::fs::create_dir_all(Path::new(&file).parent().unwrap()).unwrap();
        std::fs::write(&file, format!("{figures:#}\n")).unwrap();
    }
}
