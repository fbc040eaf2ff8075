//! Between the functions and DynamoDB everything goes wrong: an event that was acknowledged is durable, each delivery is
//! answered in time, and items converge afterwards.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use harness::{Fault, Fleet, Plan};
use tokio::task::JoinSet;

use crate::delivery::{ANSWERED_WITHIN, Posted, durable};
use crate::figures::Figures;
use crate::proof;
use crate::stack::Stack;

const SENDERS: usize = 8;
const USER: &str = "usr_01J9X";
const PROBABILITIES: [f64; 3] = [0.05, 0.3, 1.0];

/// What the answers to some deliveries were.
#[derive(Default)]
struct Answers {
    acknowledged: HashSet<String>,
    refused: usize,
    slowest: Duration,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_is_durable_whatever_the_store_does() {
    let stack = Stack::start().await;
    let webhook = Arc::new(stack.fleet("webhook", SENDERS).await);
    // Starting is not what is timed here.
    deliver(&webhook, (0..SENDERS).map(Posted::number).collect()).await;
    let (mut number, mut total) = (1_000_000, Answers::default());

    for probability in PROBABILITIES {
        let alone = Fault::ALL.map(|fault| Plan::only(fault, probability));
        for plan in alone.into_iter().chain([Plan::all(probability)]) {
            let events = number..number + proof::size(16, 400);
            number = events.end;
            stack.dynamodb.set_plan(plan.clone());
            let answers = deliver(&webhook, events.map(Posted::number).collect()).await;
            stack.dynamodb.set_plan(Plan::none());

            let durable = durable(&stack).await;
            let lost: Vec<_> = answers.acknowledged.difference(&durable).collect();
            assert!(lost.is_empty(), "{plan:?}: {lost:?}");
            let slowest = answers.slowest;
            assert!(slowest <= ANSWERED_WITHIN, "{plan:?}: {slowest:?}");
            total.acknowledged.extend(answers.acknowledged);
            total.refused += answers.refused;
            total.slowest = total.slowest.max(slowest);
        }
    }

    Figures::of("store faults, webhook")
        .with("deliveries", total.acknowledged.len() + total.refused)
        .with("faults", stack.dynamodb.faults())
        .with("acknowledged", total.acknowledged.len())
        .with("put off", total.refused)
        .with("acknowledged but not durable", 0)
        .with("slowest answer in ms", total.slowest.as_millis())
        .print();
    assert!(total.refused > 0 && !total.acknowledged.is_empty());
}

async fn deliver(webhook: &Arc<Fleet>, events: Vec<Posted>) -> Answers {
    let mut deliveries = JoinSet::new();
    for event in events {
        let webhook = Arc::clone(webhook);
        deliveries.spawn(async move {
            let answer = event.deliver_to(&webhook).await;
            (event, answer)
        });
    }
    let mut answers = Answers::default();
    for (event, answer) in deliveries.join_all().await {
        answers.slowest = answers.slowest.max(answer.took);
        match answer.status() {
            200..300 => {
                answers.acknowledged.insert(event.event_id);
            }
            503 => answers.refused += 1,
            other => panic!("{other}: {answer:?}"),
        }
    }
    answers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn items_converge_when_the_store_works_again() {
    let stack = Stack::start().await;
    let (item_sync, reconcile) = (
        stack.function("item-sync").await,
        stack.function("reconcile").await,
    );
    let items = stack.connect(USER, proof::size(5, 50)).await;
    stack.tell("item/created", "first", USER, &items).await;
    stack.feed(&item_sync).await;
    let (mut invocations, mut dropped) = (0, 0);

    for (round, probability) in PROBABILITIES.into_iter().enumerate() {
        stack.change(&items).await;
        let some = if probability < 1.0 {
            &items
        } else {
            &items[..2]
        };
        stack
            .tell("item/updated", &format!("round-{round}"), USER, some)
            .await;
        stack.dynamodb.set_plan(Plan::all(probability));
        let fed = stack.feed(&item_sync).await;
        stack.dynamodb.set_plan(Plan::none());
        invocations += fed.invocations;
        dropped += fed.dropped.len();
    }
    let faults = stack.dynamodb.faults();
    stack.pass_time_until_all_are_due().await;
    stack.tick(&reconcile, &item_sync).await;

    let not_converged = stack.not_converged(&items).await;
    Figures::of("store faults, item-sync")
        .with("items", items.len())
        .with("faults", faults)
        .with("invocations", invocations)
        .with("records given up by the stream", dropped)
        .with("not converged", not_converged.len())
        .print();
    assert!(not_converged.is_empty(), "{not_converged:?}");
    assert!(faults > 0);
}
