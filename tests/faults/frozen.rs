//! Lambda lets a process stand still between invocations, and its connections die meanwhile: nobody notices.

mod death;
mod errand;
mod sleeper;

use std::time::Duration;

use rand::RngExt as _;

use crate::delivery::ANSWERED_WITHIN;
use crate::figures::Figures;
use crate::machine::Lateness;
use crate::proof;

use self::death::Deaths;
use self::errand::Errand;
use self::sleeper::{Moment, Sleeper};

/// A process that is frozen sooner than this after its start has perhaps not finished that.
const LONGEST_START: Duration = Duration::from_millis(20);
/// Connections are kept for 20 seconds.
const LONGER_THAN_KEPT: Duration = Duration::from_secs(21);
/// So many errands between two sleeps go well: what the SDK repeats, it has a quota for, and what succeeds at once refills it.
/// Disconnecting, which needs an item each time, asks DynamoDB more than once anyhow.
const ERRANDS_BETWEEN: usize = 2;
/// Where somebody waits for Pluggy, too.
const PATIENCE: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_whose_connections_died_acknowledges_all_the_same() {
    check("frozen, webhook", Errand::Webhook, ANSWERED_WITHIN).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_item_status_whose_connections_died_answers_all_the_same() {
    check("frozen, item-status", Errand::ItemStatus, ANSWERED_WITHIN).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connect_token_whose_connections_died_issues_tokens_all_the_same() {
    check("frozen, connect-token", Errand::ConnectToken, PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connect_events_whose_connections_died_stores_hints_all_the_same() {
    check(
        "frozen, connect-events",
        Errand::ConnectEvents,
        ANSWERED_WITHIN,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disconnect_whose_connections_died_deletes_items_all_the_same() {
    check("frozen, disconnect", Errand::Disconnect, PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_item_sync_whose_connections_died_reads_its_items_all_the_same() {
    check("frozen, item-sync", Errand::ItemSync, PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_stands_still_as_it_starts_answers_all_the_same() {
    let cycles = proof::size(8, 100);
    let mut random = proof::random(2);
    let mut deaths = deaths();
    let (mut dead, mut errors, mut slowest) = (0, Vec::new(), Duration::ZERO);

    for errand in Errand::ALL {
        let mut sleeper = Sleeper::start(errand, cycles + 1).await;
        sleeper.run().await;
        for cycle in 0..cycles {
            let moment = if cycle % 2 == 0 {
                Moment::FirstWait
            } else {
                Moment::After(LONGEST_START.mul_f64(random.random()))
            };
            sleeper
                .start_over_and_run(moment, deaths.each_mut().map(Deaths::draw))
                .await;
        }
        sleeper.check().await;
        dead += sleeper.seen.dead;
        errors.append(&mut sleeper.seen.errors);
        slowest = slowest.max(sleeper.seen.slowest);
    }

    Figures::of("frozen, starting")
        .with("functions", Errand::ALL.len())
        .with("starts", cycles * Errand::ALL.len())
        .with("dead connections", dead)
        .with("errors", errors.len())
        .with("slowest answer in ms", slowest.as_millis())
        .print();
    assert!(errors.is_empty(), "{errors:#?}");
    assert!(dead > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_servers_may_have_closed_are_not_used() {
    let mut sleepers = Vec::new();
    for errand in Errand::ALL {
        let mut sleeper = Sleeper::start(errand, 2).await;
        sleeper.run().await;
        sleepers.push(sleeper);
    }
    let before: Vec<_> = sleepers.iter().map(Sleeper::connections).collect();

    let sleeping = sleepers
        .iter_mut()
        .map(|sleeper| sleeper.sleep_in_peace_and_run(LONGER_THAN_KEPT));
    futures_util::future::join_all(sleeping).await;

    for (sleeper, before) in sleepers.iter().zip(before) {
        assert!(sleeper.seen.errors.is_empty(), "{:?}", sleeper.seen);
        let twice = before.map(|connections| 2 * connections);
        assert_eq!(sleeper.connections(), twice, "{:?}", sleeper.seen);
        sleeper.check().await;
    }
}

fn deaths() -> [Deaths; 2] {
    [0, 1].map(|part| Deaths::new(proof::random(part)))
}

async fn check(class: &'static str, errand: Errand, answered_within: Duration) {
    let cycles = proof::size(60, 1_000);
    let mut sleeper = Sleeper::start(errand, cycles + 1).await;
    let mut deaths = deaths();
    sleeper.run().await;
    let errands_between = if errand == Errand::Disconnect {
        0
    } else {
        ERRANDS_BETWEEN
    };
    let lateness = Lateness::watch();

    for _ in 0..cycles {
        sleeper
            .sleep_and_run(deaths.each_mut().map(Deaths::draw))
            .await;
        for _ in 0..errands_between {
            sleeper.run().await;
        }
    }

    let seen = &sleeper.seen;
    Figures::of(class)
        .with("cycles", cycles)
        .with("dead connections", seen.dead)
        .with("cycles that connected anew", seen.reconnected)
        .with("errors", seen.errors.len())
        .with("slowest answer in ms", seen.slowest.as_millis())
        .print();
    assert!(seen.errors.is_empty(), "{:#?}", seen.errors);
    sleeper.check().await;
    assert!(seen.dead >= cycles / 2, "{}", seen.dead);
    assert!(seen.slowest <= answered_within + lateness.worst());
}
