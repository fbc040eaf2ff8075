//! Rate limits of Pluggy, and outages of several kinds.

use harness::{BrokenTls, Function};
use jiff::SignedDuration;
use runtime::clock::now;
use sandbox::Effect;

use super::{
    USER, fault, functions, gone, known_items, known_items_at, recover, recover_at, requests,
    status,
};
use crate::concurrency::Concurrency;
use crate::figures::Figures;
use crate::proof;

/// The most requests of a batch with a TLS failure: a call retries a lost connection once.
const MOST_HANDSHAKES_OF_A_BATCH: usize = most_calls(Concurrency::Full) * 2;

/// Returns the most calls of a batch: after three refusals in a row, or a limit, no further one begins.
const fn most_calls(concurrency: Concurrency) -> usize {
    match concurrency {
        Concurrency::One => 1,
        Concurrency::Full => item_sync::FETCHES_AT_A_TIME + 2,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rate_limit_is_honored() {
    for concurrency in Concurrency::ALL {
        limit_all_calls(concurrency).await;
    }
}

async fn limit_all_calls(concurrency: Concurrency) {
    const RESET_SECONDS: u64 = 600;
    let items = concurrency.items(proof::size(4, 25));
    let (stack, items) = known_items_at(concurrency, items).await;
    let (item_sync, scheduler) = functions(&stack).await;
    stack.change(&items).await;
    stack
        .store_events("item/updated", "second", USER, &items)
        .await;
    stack.deployment.pluggy.add_fault(fault(
        "/items/",
        Effect::RateLimited {
            reset_seconds: RESET_SECONDS,
        },
    ));
    let (before, began) = (requests(&stack, "/items/"), now());

    let fed = stack.feed_in_flight(concurrency, &item_sync).await;
    let refused = requests(&stack, "/items/") - before;
    let mut waiting = 0;
    for item_id in &items {
        let row = stack.row(*item_id).await.unwrap();
        let wait = row.schedule.next_fetch_at.unwrap().duration_since(began);
        waiting += usize::from(wait >= SignedDuration::from_secs(RESET_SECONDS.cast_signed()));
    }
    for _ in 0..5 {
        stack.tick_at(concurrency, &scheduler, &item_sync).await;
    }
    let early = requests(&stack, "/items/") - before - refused;
    let not_converged = recover_at(concurrency, &stack, &items, &scheduler, &item_sync).await;

    concurrency
        .figures("pluggy faults, 429", &stack)
        .with("items", items.len())
        .with("batches", fed.invocations)
        .with("requests that were refused", refused)
        .with("items that wait as long as Pluggy says", waiting)
        .with("requests before that", early)
        .with("not converged", not_converged)
        .print();
    // Only the calls that had begun: the batches after them find the pause.
    assert!(refused <= most_calls(concurrency), "{refused}");
    assert_eq!(waiting, items.len());
    assert_eq!((early, not_converged), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outage_of_pluggy_causes_no_request_storm_and_deletes_nothing() {
    for concurrency in Concurrency::ALL {
        break_pluggy(concurrency).await;
    }
}

async fn break_pluggy(concurrency: Concurrency) {
    let (stack, items) = known_items_at(concurrency, concurrency.items(3)).await;
    let (item_sync, scheduler) = functions(&stack).await;
    let cases = [
        ("500", status(500, None)),
        ("503", status(503, None)),
        ("hang", Effect::Hang),
        ("garbage", Effect::Garbage),
        ("disconnect", Effect::Disconnect),
        (
            "404 of another application's keys",
            status(404, Some("ITEM_NOT_FOUND")),
        ),
        ("404 without a code", status(404, None)),
    ];
    let kinds = cases.len();
    let (mut all, mut most, mut batches) = (0, 0, 0);

    for (name, effect) in cases {
        // A failure of a single item leads to one request for each item. A call retries a lost connection once.
        let most_of_a_batch = match (&effect, concurrency) {
            (Effect::Garbage | Effect::Status { status: 404, .. }, Concurrency::Full) => {
                items.len()
            }
            _ => most_calls(concurrency) * 2,
        };
        stack.change(&items).await;
        stack.store_events("item/updated", name, USER, &items).await;
        stack.deployment.pluggy.add_fault(fault("/items/", effect));
        let rounds = if name == "hang" {
            proof::size(1, 3)
        } else {
            proof::size(2, 5)
        };
        for round in 0..rounds {
            let before = requests(&stack, "/");
            let fed = if round == 0 {
                stack.feed_in_flight(concurrency, &item_sync).await
            } else {
                stack.pass_time_until_all_are_due().await;
                stack.tick_at(concurrency, &scheduler, &item_sync).await
            };
            let made = requests(&stack, "/") - before;
            assert!(made <= most_of_a_batch * fed.invocations, "{name}: {made}");
            assert_eq!((fed.unanswered, fed.dropped.len()), (0, 0), "{name}");
            all += made;
            most = most.max(made.div_ceil(fed.invocations));
            batches += fed.invocations;
        }
        assert_eq!(gone(&stack, &items).await, 0, "{name}");
        let not_converged = recover_at(concurrency, &stack, &items, &scheduler, &item_sync).await;
        assert_eq!(not_converged, 0, "{name}");
    }

    concurrency
        .figures("pluggy faults, outages", &stack)
        .with("kinds", kinds)
        .with("items", items.len())
        .with("batches", batches)
        .with("requests", all)
        .with("most requests of a batch", most)
        .with("tombstones", 0)
        .with("not converged", 0)
        .print();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tls_failure_causes_no_request_storm_and_deletes_nothing() {
    let (stack, items) = known_items(proof::size(8, 25)).await;
    let (item_sync, scheduler) = functions(&stack).await;
    let broken = BrokenTls::start().await.unwrap();
    let unreachable = stack
        .settings("item-sync")
        .with("PLUGGY_BASE_URL", broken.url());
    let unreachable = Function::start(unreachable).await.unwrap();
    stack.change(&items).await;
    stack
        .store_events("item/updated", "second", USER, &items)
        .await;

    let fed = stack.feed(&unreachable).await;

    let handshakes = broken.handshakes();
    let gone = gone(&stack, &items).await;
    let not_converged = recover(&stack, &items, &scheduler, &item_sync).await;
    Figures::of("pluggy faults, TLS")
        .with("items", items.len())
        .with("batches", fed.invocations)
        .with("handshakes", handshakes)
        .with("tombstones", gone)
        .with("not converged", not_converged)
        .print();
    assert!(
        (1..=MOST_HANDSHAKES_OF_A_BATCH * fed.invocations).contains(&handshakes),
        "{handshakes}"
    );
    assert_eq!((fed.unanswered, gone, not_converged), (0, 0, 0));
}
