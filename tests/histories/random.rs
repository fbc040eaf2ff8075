//! Random histories, shrunk where a rule is broken.

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use sha2::{Digest as _, Sha256};

use crate::figures::Figures;
use crate::history::History;
use crate::plan::Plan;
use crate::settle::settle;
use crate::step::{Script, script};
use crate::testbed::Testbed;
use crate::workers::{self, Worker};

/// The number of histories that one testbed runs before its tables are dropped.
const HISTORIES_OF_A_TESTBED: u32 = 500;

#[test]
fn every_history_ends_in_the_true_row() {
    let plan = Plan::from_env();
    let testbeds = (0..plan.histories.div_ceil(HISTORIES_OF_A_TESTBED)).collect();

    let parts = workers::share(testbeds, |testbed| {
        let left = plan.histories - testbed * HISTORIES_OF_A_TESTBED;
        let seed = format!("{}/{testbed}", plan.seed);
        let count = left.min(HISTORIES_OF_A_TESTBED);
        vec![run(&seed, count, plan.shrink)]
    });

    let mut figures = Figures::default();
    for part in &parts {
        figures.add(part);
    }
    assert!(
        2 * figures.neighbors_fetched > figures.neighbors,
        "most items beside the history's are fetched: {figures}"
    );
    eprintln!("order: {figures}, seed {}, 0 differences", plan.seed);
    eprintln!("leaked webhook secret: {}", figures.attack);
}

/// Runs `count` histories of one seed.
fn run(seed: &str, count: u32, shrink: u32) -> Figures {
    let worker = Worker::open();
    let mut testbed = worker.block_on(Testbed::start());
    let mut figures = Figures::default();
    let config = Config {
        cases: count,
        failure_persistence: None,
        max_shrink_iters: shrink,
        ..Config::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &Sha256::digest(seed));
    let shared = std::cell::RefCell::new((&mut testbed, &mut figures));
    let outcome = TestRunner::new_with_rng(config, rng).run(&script(), |script| {
        let (testbed, figures) = &mut *shared.borrow_mut();
        let history = worker.block_on(run_one(testbed, figures, &script));
        history.map_err(TestCaseError::fail)
    });
    match outcome {
        Ok(()) => figures,
        Err(TestError::Fail(rule, script)) => panic!("{rule}\n{script:?}\n{figures}"),
        Err(error) => panic!("{error}"),
    }
}

async fn run_one(
    testbed: &mut Testbed,
    figures: &mut Figures,
    script: &Script,
) -> Result<(), String> {
    testbed.begin();
    let outcome = run_to_the_end(testbed, figures, script).await;
    testbed.end().await;
    for counts in testbed.take_counts() {
        figures.gates.add(counts);
    }
    outcome
}

async fn run_to_the_end(
    testbed: &Testbed,
    figures: &mut Figures,
    script: &Script,
) -> Result<(), String> {
    figures.histories += 1;
    let mut history = History::new(testbed, figures, script);
    for step in &script.steps {
        history.step(*step).await?;
    }
    settle(&mut history, script.late).await
}
