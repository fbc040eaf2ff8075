//! `make bench-scale`: the throughput of item-sync on a stream with several shards. Prints tables and writes
//! `target/bench/scale.json`. With `RECORD=yes` it also writes the tables to docs/operations/performance.md.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark fails by panicking, and prints what it measures"
)]

mod lanes;
mod load;
mod plan;
mod record;
mod run;
mod testbed;

use bench::machine::machine;
use bench::progress::Progress;
use bench::scale::tables;
use harness::CpuQuota;
use runtime::env::Environment;

use crate::plan::{Plan, Sizes};
use crate::testbed::{Services, Testbed};

fn main() {
    let services = Services::new();
    let threads = tokio::runtime::Runtime::new().unwrap();
    threads.block_on(measure(&services));
}

async fn measure(services: &Services) {
    let environment = Environment::of_process();
    let sizes = Sizes::of_environment(&environment);
    let progress = Progress::begin();
    let mut left_out = Vec::new();
    let mut plans = Plan::all(sizes, &environment, &mut left_out);
    if let Err(error) = CpuQuota::of_memory(plan::MEMORY) {
        plans.retain(|plan| plan.memory.is_none());
        left_out.push(format!("The runs with less memory were left out: {error}."));
    }
    assert!(!plans.is_empty(), "`ONLY` selects no run");
    let items = plans.iter().map(Plan::items).max().unwrap_or_default();
    let mut testbed = Testbed::start(services, items, &environment, &progress).await;
    // Not measured: it writes the rows, and finds out the connector.
    run::run(&mut testbed, &Plan::first(items), &progress).await;
    let (mut runs, count) = (Vec::new(), plans.len());
    for (number, plan) in (1..).zip(&plans) {
        progress.report(format_args!("{number} of {count}: {}", plan.name), 1, 1);
        let run = run::run(&mut testbed, plan, &progress).await;
        let (seconds, fetches) = (run.last_visible, run.fetches_a_second());
        let line = format_args!(
            "    the last one visible after {seconds:.1} s, {fetches:.0} fetches a second"
        );
        progress.report(line, 1, 1);
        runs.push(run);
    }
    let mut lines = vec![tables(&runs), format!("On {}.", machine())];
    lines.extend(left_out);
    let text = lines.join("\n") + "\n";
    println!("{text}");
    record::write(&runs, &text, &environment);
}
