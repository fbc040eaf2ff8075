//! The cost of the stack: the built functions do their work a thousand times, and the resources are counted. Prints
//! tables for docs/operations/cost.md. Writes the figures as JSON to the file that `COST_JSON` names. Progress goes to standard
//! error.

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
mod testbed;

use std::path::Path;

use runtime::env::Environment;

use prices::Prices;
use testbed::Testbed;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let environment = Environment::of_process();
    let prices = Prices::load();
    let testbed = Testbed::start(&environment).await;
    let counted = cases::run_all(&testbed).await;
    report::print(&counted, &prices);
    if let Some(file) = environment.optional("COST_JSON") {
        let figures = report::json(&counted, &prices);
        std::fs::create_dir_all(Path::new(&file).parent().unwrap()).unwrap();
        std::fs::write(&file, format!("{figures:#}\n")).unwrap();
    }
}
