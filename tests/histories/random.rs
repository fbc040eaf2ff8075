//! Random histories, shrunk where a rule is broken.

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use sha2::{Digest as _, Sha256};

use crate::figures::Figures;
use crate::plan::Plan;
use crate::settle::settle;
use crate::stand::Stand;
use crate::step::{History, history};
use crate::told::Told;
use crate::workshop::{self, Workshop};

/// How many histories one stand tells before its tables are thrown away.
const HISTORIES_OF_A_STAND: u32 = 500;

#[test]
fn every_history_ends_in_the_row_that_is_true() {
    let plan = Plan::from_env();
    let stands = (0..plan.histories.div_ceil(HISTORIES_OF_A_STAND)).collect();

    let parts = workshop::share(stands, |stand| {
        let left = plan.histories - stand * HISTORIES_OF_A_STAND;
        let seed = format!("{}/{stand}", plan.seed);
        vec![tell(&seed, left.min(HISTORIES_OF_A_STAND))]
    });

    let mut figures = Figures::default();
    for part in &parts {
        figures.add(part);
    }
    eprintln!("order: {figures}, seed {}, 0 differences", plan.seed);
}

/// Tells so many histories of one seed.
fn tell(seed: &str, count: u32) -> Figures {
    let workshop = Workshop::open();
    let mut stand = workshop.block_on(Stand::start());
    let mut figures = Figures::default();
    let config = Config {
        cases: count,
        failure_persistence: None,
        max_shrink_iters: 20_000,
        ..Config::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &Sha256::digest(seed));
    let shared = std::cell::RefCell::new((&mut stand, &mut figures));
    let outcome = TestRunner::new_with_rng(config, rng).run(&history(), |history| {
        let (stand, figures) = &mut *shared.borrow_mut();
        let told = workshop.block_on(tell_one(stand, figures, &history));
        told.map_err(TestCaseError::fail)
    });
    match outcome {
        Ok(()) => figures,
        Err(TestError::Fail(rule, history)) => panic!("{rule}\n{history:?}"),
        Err(error) => panic!("{error}"),
    }
}

async fn tell_one(
    stand: &mut Stand,
    figures: &mut Figures,
    history: &History,
) -> Result<(), String> {
    stand.begin();
    let outcome = tell_to_the_end(stand, figures, history).await;
    stand.end().await;
    outcome
}

async fn tell_to_the_end(
    stand: &Stand,
    figures: &mut Figures,
    history: &History,
) -> Result<(), String> {
    figures.histories += 1;
    let mut told = Told::new(stand, figures, history);
    for step in &history.steps {
        told.step(*step).await?;
    }
    settle(&mut told, history.late).await
}
