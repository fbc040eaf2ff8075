//! Lambda lets a process stand still between invocations, and its connections die meanwhile: nobody notices.

use harness::Severance;
use shared::clock::now;

use crate::delivery::{ANSWERED_WITHIN, Posted, WEBHOOK_TIMEOUT, durable};
use crate::figures::Figures;
use crate::machine::Lateness;
use crate::proof;
use crate::stack::Stack;

const USER: &str = "usr_01J9X";
/// Each silent death costs the second after which an attempt is given up.
const WAYS: [Severance; 5] = [
    Severance::Closed,
    Severance::Reset,
    Severance::Forgotten,
    Severance::Forgotten,
    Severance::Silent,
];
/// Of Pluggy's connections. What answers nothing at all is no dead connection there, but an outage.
const NOTICED_WAYS: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_whose_connections_died_acknowledges_all_the_same() {
    let stack = Stack::start().await;
    let webhook = stack.function("webhook").await;
    let cycles = proof::size(20, 1_000);
    let lateness = Lateness::watch();
    let (mut errors, mut severed, mut slowest) = (0, 0, std::time::Duration::ZERO);
    let ready = Posted::number(cycles);
    webhook
        .invoke(&ready.request, WEBHOOK_TIMEOUT)
        .await
        .unwrap();

    for cycle in 0..cycles {
        webhook.freeze().await;
        severed += stack.dynamodb.sever(WAYS[cycle % WAYS.len()]).await;
        webhook.thaw().await;
        let event = Posted::number(cycle);
        let answer = webhook.invoke(&event.request, WEBHOOK_TIMEOUT).await;
        let answer = answer.unwrap();
        errors += usize::from(!answer.is_2xx());
        slowest = slowest.max(answer.took);
    }

    Figures::of("frozen, webhook")
        .with("cycles", cycles)
        .with("dead connections", severed)
        .with("errors", errors)
        .with("slowest answer in ms", slowest.as_millis())
        .print();
    assert_eq!(errors, 0);
    assert_eq!(durable(&stack).await.len(), cycles + 1);
    assert!(severed >= cycles, "{severed}");
    assert!(slowest <= ANSWERED_WITHIN + lateness.worst());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_item_sync_whose_connections_died_reads_its_items_all_the_same() {
    let stack = Stack::start().await;
    let item_sync = stack.function("item-sync").await;
    let cycles = proof::size(20, 1_000);
    let items = stack.connect(USER, 1).await;
    stack.tell("item/created", "first", USER, &items).await;
    stack.feed(&item_sync).await;
    let (mut errors, mut severed) = (0, 0);

    for cycle in 0..cycles {
        let event_id = format!("cycle-{cycle}");
        stack.tell("item/updated", &event_id, USER, &items).await;
        item_sync.freeze().await;
        let how = WAYS[cycle % WAYS.len()];
        severed += stack.dynamodb.sever(how).await;
        severed += stack.pluggy.sever(WAYS[cycle % NOTICED_WAYS]).await;
        item_sync.thaw().await;
        let before = now();
        let fed = stack.feed(&item_sync).await;
        let row = stack.row(items[0]).await.unwrap();
        let is_read = row
            .reading
            .is_some_and(|reading| reading.read_at.as_millisecond() >= before.as_millisecond());
        let is_well = is_read && fed.invocations == 1 && row.schedule.sync_failures == 0;
        errors += usize::from(!is_well);
    }

    Figures::of("frozen, item-sync")
        .with("cycles", cycles)
        .with("dead connections", severed)
        .with("errors", errors)
        .print();
    assert_eq!(errors, 0);
    assert!(severed >= cycles, "{severed}");
}
