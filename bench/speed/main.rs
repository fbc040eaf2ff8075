//! `make bench`: the speed of the built functions, each in alternation with a function that does nothing. Prints one
//! table and writes `target/bench/speed.json`. With `RECORD=yes` it also writes the record under `docs/`.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark fails by panicking, and prints what it measures"
)]

mod counted;
mod figures;
mod life;
mod record;
mod rounds;
mod throttled;

use bench::machine::machine;
use bench::progress::Progress;
use bench::speed::{Budgets, FunctionSpeed, Speed, table};
use runtime::env::Environment;
use tests::Testbed;
use tests::testbed::{FLOOR, RIVAL};

use crate::life::Stage;
use crate::rounds::Pairs;

/// The functions, those that a user or Pluggy waits for first. `FUNCTIONS=webhook,item-sync` selects some of them.
const FUNCTIONS: [&str; 6] = [
    "webhook",
    "item-status",
    "connect-token",
    "connect-events",
    "item-sync",
    "publish",
];
/// The number of processes of each function, unless `ROUNDS` is set.
const ROUNDS: usize = 40;
const WARM_INVOCATIONS: usize = 25;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let environment = Environment::of_process();
    let rounds = environment
        .optional("ROUNDS")
        .map_or(ROUNDS, |rounds| rounds.parse().unwrap());
    let progress = Progress::begin();
    let testbed = Testbed::start().await;
    let stage = Stage::new(&testbed);

    let mut left_out = Vec::new();
    let functions = chosen(&environment, &testbed, &mut left_out);
    let names = [&[FLOOR], functions.as_slice()].concat();
    let mut pairs: Vec<Pairs> = functions.iter().map(|_| Pairs::default()).collect();
    for round in 1..=rounds {
        for (pairs, name) in pairs.iter_mut().zip(&functions) {
            pairs.live(&stage, name).await;
        }
        progress.report(format_args!("round {round} of {rounds}"), round, rounds);
    }
    let throttled = throttled::measure(&stage, &names, &progress).await;
    let throttled = throttled.unwrap_or_else(|error| {
        left_out.push(format!("128 and 256 MB were left out: {error}."));
        throttled::Throttled::default()
    });
    let counted = counted::measure(&testbed, &names, &environment, &progress).await;
    let counted = counted.unwrap_or_else(|why| {
        left_out.push(why);
        counted::Counted::default()
    });

    let rival = functions.iter().position(|name| *name == RIVAL);
    let rival = rival.map(|index| figures::of_function(&pairs[index]));
    let budgets = Budgets::load();
    let functions = names.iter().enumerate().map(|(index, name)| {
        let mut figures = match index.checked_sub(1) {
            None => figures::of_floor(&pairs),
            Some(index) => figures::of_function(&pairs[index]),
        };
        if *name == "webhook"
            && let Some(rival) = &rival
        {
            let comparison = figures::of_rival(&figures, rival);
            figures.extend(comparison);
        }
        figures.extend(figures::of_file(&testbed.file(name)));
        figures.extend(throttled.get(name));
        figures.extend(counted.get(name));
        for value in figures.values_mut() {
            *value = figures::rounded(*value);
        }
        FunctionSpeed {
            name: (*name).to_owned(),
            budgets: budgets.of(name),
            figures,
        }
    });
    let speed = Speed {
        machine: machine(),
        processes: rounds,
        warm_invocations: WARM_INVOCATIONS,
        left_out,
        functions: functions.collect(),
    };
    println!("{}", table(&speed));
    record::write(&speed, &environment);
}

/// Returns the functions to measure. The rival comes with webhook.
fn chosen(
    environment: &Environment,
    testbed: &Testbed,
    left_out: &mut Vec<String>,
) -> Vec<&'static str> {
    let mut functions = FUNCTIONS.to_vec();
    if let Some(only) = environment.optional("FUNCTIONS") {
        functions.retain(|name| only.split(',').any(|chosen| chosen == *name));
    }
    if functions.contains(&"webhook") {
        if testbed.has_rival() {
            functions.push(RIVAL);
        } else {
            left_out.push("The rival was left out: it needs Node.js.".to_owned());
        }
    }
    functions
}
