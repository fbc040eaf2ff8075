//! Frozen processes. Lambda freezes a process between invocations, its connections die meanwhile, and no caller
//! notices.

mod death;
mod job;
mod runner;

use std::time::Duration;

use rand::RngExt as _;

use crate::delivery::ANSWERED_WITHIN;
use crate::figures::Figures;
use crate::machine::Lateness;
use crate::proof;

use self::death::Deaths;
use self::job::Job;
use self::runner::{Moment, Runner};

/// A process that is frozen sooner than this after its start may not have finished starting.
const LONGEST_START: Duration = Duration::from_millis(20);
/// A duration longer than the 20 seconds for which connections are kept.
const LONGER_THAN_KEPT: Duration = Duration::from_secs(21);
/// The number of undisturbed jobs between two freezes. The SDK has a quota for retries, and a success at once refills
/// it. Disconnecting needs an item each time, and sends DynamoDB more than one request anyway.
const JOBS_BETWEEN: usize = 2;
/// The limit where the caller also waits for Pluggy.
const PATIENCE: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_whose_connections_died_acknowledges_all_the_same() {
    check("frozen, webhook", Job::Webhook, ANSWERED_WITHIN).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_item_status_whose_connections_died_answers_all_the_same() {
    check("frozen, item-status", Job::ItemStatus, ANSWERED_WITHIN).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connect_token_whose_connections_died_issues_tokens_all_the_same() {
    check("frozen, connect-token", Job::ConnectToken, PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connect_events_whose_connections_died_stores_hints_all_the_same() {
    check(
        "frozen, connect-events",
        Job::ConnectEvents,
        ANSWERED_WITHIN,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disconnect_whose_connections_died_deletes_items_all_the_same() {
    check("frozen, disconnect", Job::Disconnect, PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_item_sync_whose_connections_died_fetches_its_items_all_the_same() {
    check("frozen, item-sync", Job::ItemSync, PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_is_frozen_as_it_starts_answers_all_the_same() {
    let cycles = proof::size(8, 100);
    let mut random = proof::random(2);
    let mut deaths = deaths();
    let (mut dead, mut errors, mut slowest) = (0, Vec::new(), Duration::ZERO);

    for job in Job::ALL {
        let mut runner = Runner::start(job, cycles + 1).await;
        runner.run().await;
        for cycle in 0..cycles {
            let moment = if cycle % 2 == 0 {
                Moment::FirstWait
            } else {
                Moment::After(LONGEST_START.mul_f64(random.random()))
            };
            runner
                .start_over_and_run(moment, deaths.each_mut().map(Deaths::draw))
                .await;
        }
        runner.check().await;
        dead += runner.seen.dead;
        errors.append(&mut runner.seen.errors);
        slowest = slowest.max(runner.seen.slowest);
    }

    Figures::of("frozen, starting")
        .with("functions", Job::ALL.len())
        .with("starts", cycles * Job::ALL.len())
        .with("dead connections", dead)
        .with("errors", errors.len())
        .with("slowest answer in ms", slowest.as_millis())
        .print();
    assert!(errors.is_empty(), "{errors:#?}");
    assert!(dead > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_servers_may_have_closed_are_not_used() {
    let mut runners = Vec::new();
    for job in Job::ALL {
        let mut runner = Runner::start(job, 2).await;
        runner.run().await;
        runners.push(runner);
    }
    let before: Vec<_> = runners.iter().map(Runner::connections).collect();

    let freezes = runners
        .iter_mut()
        .map(|runner| runner.freeze_undisturbed_and_run(LONGER_THAN_KEPT));
    futures_util::future::join_all(freezes).await;

    for (runner, before) in runners.iter().zip(before) {
        assert!(runner.seen.errors.is_empty(), "{:?}", runner.seen);
        let twice = before.map(|connections| 2 * connections);
        assert_eq!(runner.connections(), twice, "{:?}", runner.seen);
        runner.check().await;
    }
}

fn deaths() -> [Deaths; 2] {
    [0, 1].map(|part| Deaths::new(proof::random(part)))
}

async fn check(class: &'static str, job: Job, answered_within: Duration) {
    let cycles = proof::size(60, 1_000);
    let mut runner = Runner::start(job, cycles + 1).await;
    let mut deaths = deaths();
    runner.run().await;
    let jobs_between = if job == Job::Disconnect {
        0
    } else {
        JOBS_BETWEEN
    };
    let lateness = Lateness::watch();

    for _ in 0..cycles {
        runner
            .freeze_and_run(deaths.each_mut().map(Deaths::draw))
            .await;
        for _ in 0..jobs_between {
            runner.run().await;
        }
    }

    let seen = &runner.seen;
    Figures::of(class)
        .with("cycles", cycles)
        .with("dead connections", seen.dead)
        .with("cycles that reconnected", seen.reconnected)
        .with("errors", seen.errors.len())
        .with("slowest answer in ms", seen.slowest.as_millis())
        .print();
    assert!(seen.errors.is_empty(), "{:#?}", seen.errors);
    runner.check().await;
    assert!(seen.dead >= cycles / 2, "{}", seen.dead);
    assert!(seen.slowest <= answered_within + lateness.worst());
}
