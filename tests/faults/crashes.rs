//! `kill -9` at random moments in the middle of the work. No acknowledged event is lost, and items converge.

use std::collections::HashSet;
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use harness::{Function, Outcome};
use rand::RngExt as _;
use rand::rngs::StdRng;
use tests::stream;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::concurrency::{Concurrency, FETCHES};
use crate::delivery::{Posted, WEBHOOK_TIMEOUT, durable};
use crate::figures::Figures;
use crate::proof;
use crate::stack::{MAPPING, Stack};

const WORKERS: usize = 4;
const USER: &str = "usr_01J9X";
/// A bound for the delay of a kill. A kill must fall within the work, and one slow request must not make later kills
/// come too late.
const LONGEST_REQUEST: Duration = Duration::from_millis(50);
const LONGEST_BATCH: Duration = Duration::from_millis(500);
/// The most kills of item-sync in a round, so that every batch ends.
const KILLS_OF_A_ROUND: usize = 5;
/// The fewest rounds, each with another number of calls in flight at its first kill.
const MIN_ROUNDS: u64 = 3;
/// The number of attempts after which Pluggy gives up.
const MAX_ATTEMPTS: usize = 9;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_webhook_loses_no_acknowledged_event() {
    let stack = Stack::start().await;
    let wanted = proof::size(10, 500);
    let (kills, numbers) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut workers = JoinSet::new();
    for worker in 0..WORKERS {
        let webhook = Arc::new(stack.function("webhook").await);
        let (kills, numbers) = (Arc::clone(&kills), Arc::clone(&numbers));
        let mut random = proof::random(worker as u64);
        workers.spawn(async move {
            let mut acknowledged = HashSet::new();
            let mut longest = Duration::from_millis(5);
            while kills.load(Ordering::Relaxed) < wanted {
                let event = Posted::number(numbers.fetch_add(1, Ordering::Relaxed));
                for attempt in 0..MAX_ATTEMPTS {
                    let killer = (attempt == 0).then(|| {
                        let moment = longest.mul_f64(random.random());
                        let webhook = Arc::clone(&webhook);
                        tokio::spawn(async move {
                            tokio::time::sleep(moment).await;
                            webhook.kill().await;
                        })
                    });
                    let answer = webhook.invoke(&event.request, WEBHOOK_TIMEOUT).await;
                    let answer = answer.unwrap();
                    if let Some(killer) = killer {
                        killer.await.unwrap();
                    }
                    if answer.outcome == Outcome::Died {
                        kills.fetch_add(1, Ordering::Relaxed);
                    }
                    if answer.is_2xx() {
                        longest = longest.max(answer.took).min(LONGEST_REQUEST);
                        acknowledged.insert(event.event_id);
                        break;
                    }
                }
            }
            acknowledged
        });
    }
    let acknowledged: HashSet<String> = workers.join_all().await.into_iter().flatten().collect();

    let durable = durable(&stack).await;
    let lost: Vec<_> = acknowledged.difference(&durable).collect();
    Figures::of("crashes, webhook")
        .with("kills in a request", kills.load(Ordering::Relaxed))
        .with("events", numbers.load(Ordering::Relaxed))
        .with("acknowledged", acknowledged.len())
        .with("acknowledged but not durable", lost.len())
        .print();
    assert!(lost.is_empty(), "{lost:?}");
    assert_eq!(
        acknowledged.len(),
        numbers.load(Ordering::Relaxed),
        "a redelivery stores the event of a killed invocation"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn items_converge_when_item_sync_is_killed_in_its_batches() {
    for concurrency in Concurrency::ALL {
        kill_batches(concurrency).await;
    }
}

async fn kill_batches(concurrency: Concurrency) {
    let stack = Stack::start().await;
    let wanted = proof::size(6, 250);
    let item_sync = Arc::new(stack.function("item-sync").await);
    let scheduler = stack.function("scheduler").await;
    let mut items = stack.connect(USER, concurrency.items(5)).await;
    stack
        .store_events("item/created", "first", USER, &items)
        .await;
    stack.feed_in_flight(concurrency, &item_sync).await;
    stack.change(&items).await;
    stack
        .store_events("item/updated", "second", USER, &items)
        .await;
    let began = Instant::now();
    let batches = stack
        .feed_in_flight(concurrency, &item_sync)
        .await
        .invocations;
    let batch = began.elapsed() / u32::try_from(batches).unwrap();
    let longest = batch.mul_f64(2.0).min(LONGEST_BATCH);
    let (mut kills, mut kills_in_flight) = (0, 0);
    let (mut rounds, mut dropped) = (0, Vec::new());

    while kills < wanted || rounds < MIN_ROUNDS {
        rounds += 1;
        let new = stack.connect(USER, 1).await;
        items.extend(&new);
        stack.change(&items).await;
        let event_id = format!("round-{rounds}");
        stack
            .store_events("item/updated", &event_id, USER, &items)
            .await;
        let records = stream::records(&stack.new_rows().await);
        let mut random = proof::random(1_000 + rounds);
        let in_flight = random.random_range(1..=concurrency.calls());
        stack.pluggy.hold(FETCHES);
        let killing = kill_amid(&stack, &item_sync, in_flight, longest, random);
        let feeding = stack.feed_checked(concurrency.mapping(), &item_sync, &records);
        let fed = tokio::select! {
            fed = feeding => fed,
            () = killing => unreachable!("it kills until the records are fed"),
        };
        stack.pluggy.release();
        kills += fed.unanswered;
        kills_in_flight += in_flight;
        dropped.extend(fed.dropped);
    }
    // The last kill may still be on its way.
    let _ = item_sync
        .invoke(br#"{"Records":[]}"#, MAPPING.timeout)
        .await;
    stack.pass_time_until_all_are_due().await;
    stack.tick_at(concurrency, &scheduler, &item_sync).await;

    let mut not_converged = stack.not_converged(&items).await;
    let needs_replay = stack.needs_replay(&not_converged, &dropped).await;
    not_converged.retain(|item_id| !needs_replay.contains(item_id));
    concurrency
        .figures("crashes, item-sync", &stack)
        .with("kills in a batch", kills)
        .with(
            "calls in flight at the first kills of all rounds",
            kills_in_flight,
        )
        .with("items", items.len())
        .with("rounds", rounds)
        .with("records given up by the stream", dropped.len())
        .with("items known from these alone", needs_replay.len())
        .with("not converged", not_converged.len())
        .print();
    assert!(not_converged.is_empty(), "{not_converged:?}");
}

/// Kills the function when so many calls are in flight, and then some times more, at random moments.
async fn kill_amid(
    stack: &Stack,
    function: &Function,
    in_flight: usize,
    longest: Duration,
    mut random: StdRng,
) {
    stack.pluggy.held(in_flight).await;
    function.kill().await;
    stack.pluggy.release();
    for _ in 1..KILLS_OF_A_ROUND {
        tokio::time::sleep(longest.mul_f64(random.random())).await;
        function.kill().await;
    }
    pending::<()>().await;
}
