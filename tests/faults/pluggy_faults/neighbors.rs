//! One item that fails alone.

use jiff::SignedDuration;
use runtime::clock::now;
use sandbox::Effect;

use super::{USER, fault, functions, known_items, recover, status};
use crate::figures::Figures;
use crate::proof;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_poisoned_item_delays_no_other_item() {
    let (stack, items) = known_items(proof::size(8, 25)).await;
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
        stack.feed(&item_sync).await;

        // The sandbox shows the poisoned item's true state to no caller.
        late += stack.not_converged(neighbors).await.len();
        let schedule = stack.row(*poisoned).await.unwrap().schedule;
        // A call that hangs is cut.
        assert_eq!(schedule.fetch_failures + schedule.cut_fetches, 1);
        let wait = schedule.next_fetch_at.unwrap().duration_since(now());
        assert!(wait <= SignedDuration::from_secs(30), "{wait}");
        let not_converged = recover(&stack, &items, &scheduler, &item_sync).await;
        assert_eq!(not_converged, 0);
    }

    Figures::of("pluggy faults, one poisoned item")
        .with("kinds", kinds)
        .with("neighbors", neighbors.len())
        .with("neighbors that came late", late)
        .print();
    assert_eq!(late, 0);
}
