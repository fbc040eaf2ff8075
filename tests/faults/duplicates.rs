//! Every event many times, in any order, from many concurrent senders. Each event is stored once.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use harness::{Exchange, Fleet};
use rand::RngExt as _;
use rand::seq::SliceRandom as _;
use tokio::task::JoinSet;

use crate::delivery::{Posted, durable};
use crate::figures::Figures;
use crate::proof;
use crate::stack::Stack;

const SENDERS: usize = 16;
const MAX_DELIVERIES: usize = 9;
/// The number of times that Pluggy repeats a delivery that was not acknowledged.
const MAX_ATTEMPTS: usize = 9;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_is_delivered_many_times_is_stored_once() {
    let stack = Stack::start().await;
    let webhook = Arc::new(stack.fleet("webhook", SENDERS).await);
    let events: Vec<Arc<Posted>> = (0..proof::size(300, 10_000))
        .map(|number| Arc::new(Posted::number(number)))
        .collect();
    let mut random = proof::random(0);
    let mut deliveries = Vec::new();
    for event in &events {
        let times = random.random_range(1..=MAX_DELIVERIES);
        deliveries.extend(std::iter::repeat_n(Arc::clone(event), times));
    }
    deliveries.shuffle(&mut random);
    let delivered = deliveries.len();

    let queue = Arc::new(Mutex::new(deliveries));
    let mut senders = JoinSet::new();
    for _ in 0..SENDERS {
        let (queue, webhook) = (Arc::clone(&queue), Arc::clone(&webhook));
        senders.spawn(async move {
            let (mut put_off, mut given_up) = (0, 0);
            while let Some(event) = { queue.lock().unwrap().pop() } {
                let attempts = attempts(&event, &webhook).await;
                put_off += attempts.unwrap_or(MAX_ATTEMPTS) - 1;
                given_up += usize::from(attempts.is_none());
            }
            (put_off, given_up)
        });
    }
    let (mut put_off, mut given_up) = (0, 0);
    for (more_put_off, more_given_up) in senders.join_all().await {
        put_off += more_put_off;
        given_up += more_given_up;
    }

    let expected: HashSet<String> = events.iter().map(|event| event.event_id.clone()).collect();
    let rows = stack.deployment.tables.event_rows().await.len();
    let exchanges = stack.dynamodb.exchanges();
    let is_write = |exchange: &&Exchange| matches!(exchange.answer, Some((200, _)));
    let writes = exchanges.iter().filter(is_write).count();
    Figures::of("duplicates")
        .with("events", events.len())
        .with("deliveries", delivered)
        .with("senders", SENDERS)
        .with("rows", rows)
        .with("writes", writes)
        .with("put off", put_off)
        .with("given up", given_up)
        .print();
    assert_eq!(given_up, 0);
    assert_eq!(rows, events.len());
    assert_eq!(durable(&stack).await, expected);
    assert_eq!(writes, events.len(), "a repetition wrote something");
}

/// Returns the number of attempts until a delivery is acknowledged, or `None` if Pluggy gives up. A busy machine may
/// put off an attempt.
async fn attempts(event: &Posted, webhook: &Fleet) -> Option<usize> {
    for attempt in 1..=MAX_ATTEMPTS {
        let answer = event.deliver_to(webhook).await;
        if answer.is_2xx() {
            return Some(attempt);
        }
        assert_eq!(answer.status(), 503, "{answer:?}");
    }
    None
}
