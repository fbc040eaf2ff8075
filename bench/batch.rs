//! `make bench-batch`: the cost of a batch of item-sync with one item, and with as many as it fetches at a time. The first
//! batch of a process opens the connections that the later ones use. Prints one table.

#![allow(
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark fails by panicking, and prints what it measures"
)]

use std::cell::Cell;
use std::path::Path;
use std::time::Duration;

use bench::statistics::{median, millions, milliseconds};
use harness::{Callgrind, Function};
use item_sync::FETCHES_AT_A_TIME;
use runtime::env::Environment;
use sandbox::{Effect, Fault};
use tests::Testbed;
use tests::testbed::{Requests, assert_success, assert_work};

const FUNCTION: &str = "item-sync";
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/callgrind/batch");
/// The number of processes of each kind. The median counts.
const COUNTED: usize = 3;
const TIMED: usize = 15;
/// The number of batches after the first one.
const LATER: usize = 2;
/// Pluggy's time for a call. A process under callgrind needs seconds to open all connections, and must have opened them
/// before the first response.
const PLUGGYS_TIME: Duration = Duration::from_millis(250);
const PLUGGYS_TIME_UNDER_CALLGRIND: Duration = Duration::from_secs(10);
const TIMEOUT: Duration = Duration::from_mins(1);

/// The items, and the batches that have been made of them.
struct Batches {
    testbed: Testbed,
    made: Cell<u64>,
}

/// Equal processes, from their start to their end, under callgrind.
struct Counted {
    instructions: u64,
    connections: u64,
}

/// One process, without callgrind.
struct Life {
    /// Processor time of the first batch, and of each later one.
    first: Duration,
    later: Duration,
    peak_memory: u64,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let batches = Batches {
        testbed: Testbed::with_items(FETCHES_AT_A_TIME).await,
        made: Cell::new(0),
    };
    println!(
        "| items | batch | connections opened to Pluggy | M instructions | CPU ms | peak memory, MB |"
    );
    println!("|---|---|---|---|---|---|");
    for items in [1, FETCHES_AT_A_TIME] {
        batches.print(items).await;
    }
}

impl Batches {
    async fn print(&self, items: usize) {
        self.slow_down(PLUGGYS_TIME_UNDER_CALLGRIND);
        let init = self.count(items, 0).await;
        let first = self.count(items, 1).await;
        let all = self.count(items, 1 + LATER).await;
        self.slow_down(PLUGGYS_TIME);
        let mut lives = Vec::with_capacity(TIMED);
        for _ in 0..TIMED {
            lives.push(self.live(items).await);
        }
        let peak = lives.iter().map(|life| life.peak_memory).max().unwrap();
        println!(
            "| {items} | first | {} | {:.1} | {:.1} | {:.1} |",
            first.connections - init.connections,
            millions(first.instructions - init.instructions),
            milliseconds(median(lives.iter().map(|life| life.first))),
            millions(peak),
        );
        println!(
            "| {items} | later | {} | {:.1} | {:.1} | |",
            (all.connections - first.connections) / LATER as u64,
            millions((all.instructions - first.instructions) / LATER as u64),
            milliseconds(median(lives.iter().map(|life| life.later))),
        );
    }

    /// Counts processes that handle so many batches.
    async fn count(&self, items: usize, batches: usize) -> Counted {
        let callgrind = Callgrind::of_environment(&Environment::of_process());
        let (mut instructions, mut connections) = (Vec::new(), Vec::new());
        for _ in 0..COUNTED {
            let handshakes = self.testbed.pluggy.handshakes();
            let requests = self.testbed.requests();
            let events = (0..batches).map(|_| self.event(items));
            let settings = self.testbed.settings(FUNCTION);
            let life = callgrind.live(settings, events, Path::new(FOLDER)).await;
            let life = life.unwrap();
            for answer in &life.answers {
                assert_success(FUNCTION, answer);
            }
            self.assert_work(items, batches, requests);
            instructions.push(life.instructions);
            connections.push(self.testbed.pluggy.handshakes() - handshakes);
        }
        Counted {
            instructions: middle(instructions),
            connections: middle(connections),
        }
    }

    async fn live(&self, items: usize) -> Life {
        let requests = self.testbed.requests();
        let function = Function::start(self.testbed.settings(FUNCTION))
            .await
            .unwrap();
        function.init().await.unwrap();
        let init = function.usage().await.unwrap();
        self.invoke(&function, items).await;
        let first = function.usage().await.unwrap();
        for _ in 0..LATER {
            self.invoke(&function, items).await;
        }
        let all = function.usage().await.unwrap();
        function.stop().await;
        self.assert_work(items, 1 + LATER, requests);
        Life {
            first: first.cpu.saturating_sub(init.cpu),
            later: all.cpu.saturating_sub(first.cpu) / u32::try_from(LATER).unwrap(),
            peak_memory: all.peak_memory,
        }
    }

    async fn invoke(&self, function: &Function, items: usize) {
        let event = self.event(items);
        let answer = function.invoke(&event, TIMEOUT).await.unwrap();
        assert_success(FUNCTION, &answer);
        function.idle().await;
    }

    fn event(&self, items: usize) -> Vec<u8> {
        self.made.update(|made| made + 1);
        self.testbed.batch(items, self.made.get())
    }

    fn assert_work(&self, items: usize, batches: usize, before: Requests) {
        let made = self.testbed.requests() - before;
        assert_work(FUNCTION, batches as u64, (items * batches) as u64, made);
    }

    /// Lets Pluggy take so long for each item from now on.
    fn slow_down(&self, time: Duration) {
        let pluggy = &self.testbed.deployment.pluggy;
        pluggy.clear_faults();
        pluggy.add_fault(Fault {
            method: Some("GET".to_owned()),
            path_prefix: "/items/".to_owned(),
            times: None,
            effect: Effect::Delay {
                milliseconds: u64::try_from(time.as_millis()).unwrap(),
            },
        });
    }
}

fn middle(mut counts: Vec<u64>) -> u64 {
    counts.sort_unstable();
    counts[counts.len() / 2]
}
