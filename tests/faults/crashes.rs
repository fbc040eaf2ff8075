//! `kill -9` at random moments in the middle of the work. No acknowledged event is lost, and items converge.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use harness::{Function, Outcome};
use rand::RngExt as _;
use tests::stream;
use tokio::task::JoinSet;
use tokio::time::Instant;

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
    let stack = Stack::start().await;
    let wanted = proof::size(10, 500);
    let item_sync = Arc::new(stack.function("item-sync").await);
    let scheduler = stack.function("scheduler").await;
    let mut items = stack.connect(USER, proof::size(5, 25)).await;
    stack
        .store_events("item/created", "first", USER, &items)
        .await;
    stack.feed(&item_sync).await;
    stack.change(&items).await;
    stack
        .store_events("item/updated", "second", USER, &items)
        .await;
    let began = Instant::now();
    stack.feed(&item_sync).await;
    let longest = began.elapsed().mul_f64(2.0).min(LONGEST_BATCH);
    let (mut kills, mut rounds, mut dropped) = (0, 0, Vec::new());

    while kills < wanted {
        rounds += 1;
        let new = stack.connect(USER, 1).await;
        items.extend(&new);
        stack.change(&items).await;
        let event_id = format!("round-{rounds}");
        stack
            .store_events("item/updated", &event_id, USER, &items)
            .await;
        let records = stream::records(&stack.new_rows().await);
        let killer = killer(&item_sync, longest, rounds);
        let fed = MAPPING.feed(&item_sync, &records).await.unwrap();
        killer.abort();
        kills += fed.unanswered;
        dropped.extend(fed.dropped);
    }
    // The last kill may still be on its way.
    let _ = item_sync
        .invoke(br#"{"Records":[]}"#, MAPPING.timeout)
        .await;
    stack.pass_time_until_all_are_due().await;
    stack.tick(&scheduler, &item_sync).await;

    let mut not_converged = stack.not_converged(&items).await;
    let needs_replay = stack.needs_replay(&not_converged, &dropped).await;
    not_converged.retain(|item_id| !needs_replay.contains(item_id));
    Figures::of("crashes, item-sync")
        .with("kills in a batch", kills)
        .with("items", items.len())
        .with("rounds", rounds)
        .with("records given up by the stream", dropped.len())
        .with("items known from these alone", needs_replay.len())
        .with("not converged", not_converged.len())
        .print();
    assert!(not_converged.is_empty(), "{not_converged:?}");
}

/// Kills the function repeatedly, at random moments.
fn killer(
    function: &Arc<Function>,
    longest: Duration,
    round: usize,
) -> tokio::task::JoinHandle<()> {
    let function = Arc::clone(function);
    let mut random = proof::random(1_000 + round as u64);
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(longest.mul_f64(random.random())).await;
            function.kill().await;
        }
    })
}
