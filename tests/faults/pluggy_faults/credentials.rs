//! Expired keys and refused credentials.

use runtime::clock::now;
use sandbox::Switches;
use tests::deployment::CLIENT_ID;

use super::{USER, functions, gone, known_items, recover, requests};
use crate::figures::Figures;
use crate::proof;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expired_key_is_renewed_once() {
    let (stack, items) = known_items(proof::size(20, 100)).await;
    stack.pass_time_until_the_key_may_be_renewed().await;
    let shards = [
        stack.function("item-sync").await,
        stack.function("item-sync").await,
    ];
    stack.change(&items).await;
    stack.deployment.pluggy.expire_api_keys();
    let before = requests(&stack, "/auth");

    for (shard, items) in shards.iter().zip(items.chunks(items.len().div_ceil(2))) {
        stack
            .store_events("item/updated", "second", USER, items)
            .await;
        stack.feed(shard).await;
    }

    let renewals = requests(&stack, "/auth") - before;
    let not_converged = stack.not_converged(&items).await.len();
    Figures::of("pluggy faults, expired key")
        .with("items", items.len())
        .with("renewals", renewals)
        .with("not converged", not_converged)
        .print();
    assert_eq!((renewals, not_converged), (1, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refused_credentials_are_tried_once_a_minute_by_a_process() {
    let (stack, items) = known_items(proof::size(8, 25)).await;
    stack.pass_time_until_the_key_may_be_renewed().await;
    let (item_sync, scheduler) = functions(&stack).await;
    stack.change(&items).await;
    stack.deployment.pluggy.expire_api_keys();
    stack.deployment.pluggy.set_switches(Switches {
        reject_secrets: true,
        ..Switches::default()
    });
    let (before, began) = (requests(&stack, "/auth"), now());

    stack
        .store_events("item/updated", "second", USER, &items)
        .await;
    stack.feed(&item_sync).await;
    for _ in 0..proof::size(3, 20) {
        stack.pass_time_until_all_are_due().await;
        stack.tick(&scheduler, &item_sync).await;
    }

    let tried = requests(&stack, "/auth") - before;
    let minutes = now().duration_since(began).as_mins() + 1;
    let gone = gone(&stack, &items).await;
    stack.deployment.pluggy.set_switches(Switches::default());
    let another = stack.function("item-sync").await;
    let not_converged = recover(&stack, &items, &scheduler, &another).await;
    Figures::of("pluggy faults, refused credentials")
        .with("items", items.len())
        .with("minutes", minutes)
        .with("calls of /auth", tried)
        .with("tombstones", gone)
        .with("not converged", not_converged)
        .print();
    assert!(
        (1..=minutes).contains(&i64::try_from(tried).unwrap()),
        "{tried}"
    );
    assert_eq!((gone, not_converged), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_credentials_of_another_application_are_not_used() {
    let (stack, items) = known_items(proof::size(8, 25)).await;
    stack.pass_time_until_the_key_may_be_renewed().await;
    stack.set_credentials("22222222-0000-4000-8000-000000000003");
    let (item_sync, scheduler) = functions(&stack).await;
    stack.change(&items).await;
    stack.deployment.pluggy.expire_api_keys();
    let before = requests(&stack, "/auth");

    stack
        .store_events("item/updated", "second", USER, &items)
        .await;
    stack.feed(&item_sync).await;
    for _ in 0..proof::size(3, 20) {
        stack.pass_time_until_all_are_due().await;
        stack.tick(&scheduler, &item_sync).await;
    }

    let tried = requests(&stack, "/auth") - before;
    let gone = gone(&stack, &items).await;
    stack.set_credentials(CLIENT_ID);
    let another = stack.function("item-sync").await;
    let not_converged = recover(&stack, &items, &scheduler, &another).await;
    Figures::of("pluggy faults, another application")
        .with("items", items.len())
        .with("calls of /auth", tried)
        .with("tombstones", gone)
        .with("not converged", not_converged)
        .print();
    assert_eq!((tried, gone, not_converged), (0, 0, 0));
}
