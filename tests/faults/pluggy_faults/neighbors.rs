//! One item that fails alone, or whose call Pluggy limits, while the calls of its neighbors are in flight.

use jiff::SignedDuration;
use runtime::clock::now;
use sandbox::Effect;

use super::{USER, fault, functions, known_items_at, recover_at, requests, status};
use crate::concurrency::{Concurrency, is_fetched_since};
use crate::proof;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_poisoned_item_delays_no_other_item() {
    for concurrency in Concurrency::ALL {
        poison_one_item(concurrency).await;
    }
}

async fn poison_one_item(concurrency: Concurrency) {
    let items = concurrency.items(proof::size(4, 25));
    let (stack, items) = known_items_at(concurrency, items).await;
    let (item_sync, scheduler) = functions(&stack).await;
    let (poisoned, neighbors) = items.split_first().unwrap();
    let effects = [
        status(500, None),
        Effect::Garbage,
        Effect::Hang,
        Effect::Disconnect,
    ];
    let kinds = effects.len();
    let mut late = 0;

    for (round, effect) in effects.into_iter().enumerate() {
        let path = format!("/items/{poisoned}");
        stack.change(&items).await;
        stack.deployment.pluggy.add_fault(fault(&path, effect));
        stack
            .store_events("item/updated", &format!("round-{round}"), USER, &items)
            .await;
        stack.feed_in_flight(concurrency, &item_sync).await;

        // The sandbox shows the poisoned item's true state to no caller.
        late += stack.not_converged(neighbors).await.len();
        let schedule = stack.row(*poisoned).await.unwrap().schedule;
        // A call that hangs is cut.
        assert_eq!(schedule.fetch_failures + schedule.cut_fetches, 1);
        let wait = schedule.next_fetch_at.unwrap().duration_since(now());
        assert!(wait <= SignedDuration::from_secs(30), "{wait}");
        let not_converged = recover_at(concurrency, &stack, &items, &scheduler, &item_sync).await;
        assert_eq!(not_converged, 0);
    }

    concurrency
        .figures("pluggy faults, one poisoned item", &stack)
        .with("kinds", kinds)
        .with("neighbors", neighbors.len())
        .with("neighbors that came late", late)
        .print();
    assert_eq!(late, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limit_amid_a_batch_defers_what_it_has_not_begun_and_loses_no_response() {
    for concurrency in Concurrency::ALL {
        limit_one_call(concurrency).await;
    }
}

async fn limit_one_call(concurrency: Concurrency) {
    const RESET_SECONDS: u64 = 600;
    let items = concurrency.items(proof::size(4, 25));
    let (stack, items) = known_items_at(concurrency, items).await;
    let (item_sync, scheduler) = functions(&stack).await;
    let limited = items[concurrency.calls() / 2];
    stack.change(&items).await;
    stack
        .store_events("item/updated", "second", USER, &items)
        .await;
    let path = format!("/items/{limited}");
    let effect = Effect::RateLimited {
        reset_seconds: RESET_SECONDS,
    };
    stack.deployment.pluggy.add_fault(fault(&path, effect));
    let (before, began) = (requests(&stack, "/items/"), now());

    stack.feed_in_flight(concurrency, &item_sync).await;
    let calls = requests(&stack, "/items/") - before;
    let (mut fetched, mut waiting) = (0, 0);
    for item_id in &items {
        let row = stack.row(*item_id).await.unwrap();
        let wait = row.schedule.next_fetch_at.unwrap().duration_since(began);
        let waits = wait >= SignedDuration::from_secs(RESET_SECONDS.cast_signed());
        fetched += usize::from(is_fetched_since(&row, began));
        waiting += usize::from(!is_fetched_since(&row, began) && waits);
    }
    stack.tick_at(concurrency, &scheduler, &item_sync).await;
    let early = requests(&stack, "/items/") - before - calls;
    let not_converged = recover_at(concurrency, &stack, &items, &scheduler, &item_sync).await;

    concurrency
        .figures("pluggy faults, one 429", &stack)
        .with("items", items.len())
        .with("calls", calls)
        .with("responses of other calls that are stored", fetched)
        .with("items that wait as long as Pluggy says", waiting)
        .with("requests before that", early)
        .with("not converged", not_converged)
        .print();
    // Every call but the limited one has its response in a row, and every other item waits.
    assert!(calls >= concurrency.calls(), "{calls}");
    assert_eq!((fetched, waiting), (calls - 1, items.len() - fetched));
    assert_eq!((early, not_converged), (0, 0));
}
