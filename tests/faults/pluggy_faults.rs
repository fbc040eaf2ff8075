//! Faults between item-sync and Pluggy. Attempts are bounded, other items are not delayed, no item is wrongly
//! deleted, and all rows converge.

mod credentials;
mod neighbors;
mod outages;

use harness::Function;
use pluggy::ItemId;
use sandbox::{Effect, Fault};
use tests::stream;

use crate::concurrency::Concurrency;
use crate::stack::Stack;

const USER: &str = "usr_01J9X";

/// Returns items that were fetched once.
async fn known_items(count: usize) -> (Stack, Vec<ItemId>) {
    known_items_at(Concurrency::Full, count).await
}

/// Returns items that were fetched once, in batches of this concurrency.
async fn known_items_at(concurrency: Concurrency, count: usize) -> (Stack, Vec<ItemId>) {
    let stack = Stack::start().await;
    let item_sync = stack.function("item-sync").await;
    let items = stack.connect(USER, count).await;
    stack
        .store_events("item/created", "first", USER, &items)
        .await;
    let records = stream::records(&stack.new_rows().await);
    stack
        .feed_checked(concurrency.mapping(), &item_sync, &records)
        .await;
    assert!(stack.not_converged(&items).await.is_empty());
    (stack, items)
}

async fn functions(stack: &Stack) -> (Function, Function) {
    (
        stack.function("item-sync").await,
        stack.function("scheduler").await,
    )
}

fn fault(path_prefix: &str, effect: Effect) -> Fault {
    Fault {
        method: None,
        path_prefix: path_prefix.to_owned(),
        times: None,
        effect,
    }
}

fn status(status: u16, code_description: Option<&str>) -> Effect {
    Effect::Status {
        status,
        code_description: code_description.map(str::to_owned),
    }
}

/// Runs with a working Pluggy until all items were due once, and returns the number of items that have not converged.
async fn recover(
    stack: &Stack,
    items: &[ItemId],
    scheduler: &Function,
    item_sync: &Function,
) -> usize {
    recover_at(Concurrency::Full, stack, items, scheduler, item_sync).await
}

/// Does the same as [`recover`], in batches of this concurrency.
async fn recover_at(
    concurrency: Concurrency,
    stack: &Stack,
    items: &[ItemId],
    scheduler: &Function,
    item_sync: &Function,
) -> usize {
    stack.deployment.pluggy.clear_faults();
    stack.pass_time_until_all_are_due().await;
    stack.tick_at(concurrency, scheduler, item_sync).await;
    stack.not_converged(items).await.len()
}

/// Returns the number of item-sync's requests for paths with this prefix.
fn requests(stack: &Stack, path_prefix: &str) -> usize {
    let exchanges = stack.pluggy.exchanges();
    exchanges
        .iter()
        .filter(|exchange| exchange.path.starts_with(path_prefix))
        .count()
}

/// Returns the number of items that our rows mark as deleted.
async fn gone(stack: &Stack, items: &[ItemId]) -> usize {
    let mut gone = 0;
    for item_id in items {
        let row = stack.row(*item_id).await;
        gone += usize::from(row.is_none_or(|row| row.is_tombstone()));
    }
    gone
}
