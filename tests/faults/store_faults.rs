//! Faults between the functions and DynamoDB. Every acknowledged event is durable, each delivery is answered in time,
//! and items converge afterwards.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use harness::{Dialect, Fault, FaultProxy, Fleet, Plan, StreamMapping};
use tests::stream;
use tokio::task::JoinSet;

use crate::delivery::{ANSWERED_WITHIN, Posted, durable};
use crate::figures::Figures;
use crate::machine::Lateness;
use crate::proof;
use crate::stack::{MAPPING, Stack};

const SENDERS: usize = 6;
const USER: &str = "usr_01J9X";
const PROBABILITIES: [f64; 3] = [0.05, 0.3, 1.0];

/// The responses to some deliveries.
#[derive(Default)]
struct Answers {
    acknowledged: HashSet<String>,
    refused: usize,
    faults: usize,
    slowest: Duration,
    /// The greatest delay of the test's own timers on this machine.
    latest_timer: Duration,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_acknowledged_event_is_durable_whatever_the_store_does() {
    let stack = Arc::new(Stack::start().await);
    let alone = Fault::ALL.map(Some).into_iter();
    let mut courses = JoinSet::new();
    for (number, fault) in alone.chain([None]).enumerate() {
        let stack = Arc::clone(&stack);
        courses.spawn(async move { course(&stack, number, fault).await });
    }
    let mut total = Answers::default();
    for answers in courses.join_all().await {
        total.acknowledged.extend(answers.acknowledged);
        total.refused += answers.refused;
        total.faults += answers.faults;
        total.slowest = total.slowest.max(answers.slowest);
        total.latest_timer = total.latest_timer.max(answers.latest_timer);
    }

    let durable = durable(&stack).await;
    let lost: Vec<_> = total.acknowledged.difference(&durable).collect();
    Figures::of("store faults, webhook")
        .with("deliveries", total.acknowledged.len() + total.refused)
        .with("faults", total.faults)
        .with("acknowledged", total.acknowledged.len())
        .with("put off", total.refused)
        .with("acknowledged but not durable", lost.len())
        .with("slowest answer in ms", total.slowest.as_millis())
        .with("latest timer in ms", total.latest_timer.as_millis())
        .print();
    assert!(lost.is_empty(), "{lost:?}");
    assert!(total.refused > 0 && !total.acknowledged.is_empty());
}

/// Runs one kind of fault, or all kinds, at each probability, with functions of its own.
async fn course(stack: &Stack, number: usize, fault: Option<Fault>) -> Answers {
    let url = stack.deployment.tables.url.as_deref().unwrap();
    let seed = proof::seed().wrapping_add(number as u64);
    let proxy = FaultProxy::start(url, Dialect::DynamoDb, seed)
        .await
        .unwrap();
    let settings = stack
        .settings("webhook")
        .with("AWS_ENDPOINT_URL_DYNAMODB", proxy.url());
    let webhook = Arc::new(Fleet::start(&settings, SENDERS).await.unwrap());
    let mut next = (number + 1) * 1_000_000;
    // The start of a function is not timed here.
    deliver(
        &webhook,
        (next..next + SENDERS).map(Posted::number).collect(),
    )
    .await;
    let mut total = Answers::default();

    for probability in PROBABILITIES {
        let plan = match fault {
            Some(fault) => Plan::only(fault, probability),
            None => Plan::all(probability),
        };
        next += 100_000;
        let events = next..next + proof::size(12, 400);
        proxy.set_plan(plan.clone());
        let lateness = Lateness::watch();
        let answers = deliver(&webhook, events.map(Posted::number).collect()).await;

        let (slowest, late) = (answers.slowest, lateness.worst());
        assert!(
            slowest <= ANSWERED_WITHIN + late,
            "{plan:?}: {slowest:?}, {late:?}"
        );
        total.acknowledged.extend(answers.acknowledged);
        total.refused += answers.refused;
        total.slowest = total.slowest.max(slowest);
        total.latest_timer = total.latest_timer.max(late);
    }
    total.faults = proxy.faults();
    total
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
    let (item_sync, scheduler) = (
        stack.function("item-sync").await,
        stack.function("scheduler").await,
    );
    let mut items = stack.connect(USER, proof::size(5, 50)).await;
    stack
        .store_events("item/created", "first", USER, &items)
        .await;
    stack.feed(&item_sync).await;
    let (mut invocations, mut dropped) = (0, Vec::new());
    let mapping = StreamMapping {
        max_retries: u32::try_from(proof::size(3, 10)).unwrap(),
        ..MAPPING
    };

    for (round, probability) in PROBABILITIES.into_iter().enumerate() {
        stack.change(&items).await;
        if probability < 1.0 {
            // Only the stream has the events about items without a row.
            items.extend(stack.connect(USER, 3).await);
        }
        let some = if probability < 1.0 {
            &items
        } else {
            &items[..2]
        };
        stack
            .store_events("item/updated", &format!("round-{round}"), USER, some)
            .await;
        stack.dynamodb.set_plan(Plan::all(probability));
        let records = stream::records(&stack.new_rows().await);
        let fed = mapping.feed(&item_sync, &records).await.unwrap();
        stack.dynamodb.set_plan(Plan::none());
        invocations += fed.invocations;
        dropped.extend(fed.dropped);
    }
    let faults = stack.dynamodb.faults();
    stack.pass_time_until_all_are_due().await;
    stack.tick(&scheduler, &item_sync).await;

    let mut not_converged = stack.not_converged(&items).await;
    let needs_replay = stack.needs_replay(&not_converged, &dropped).await;
    not_converged.retain(|item_id| !needs_replay.contains(item_id));
    Figures::of("store faults, item-sync")
        .with("items", items.len())
        .with("faults", faults)
        .with("invocations", invocations)
        .with("records given up by the stream", dropped.len())
        .with("items known from these alone", needs_replay.len())
        .with("not converged", not_converged.len())
        .print();
    assert!(not_converged.is_empty(), "{not_converged:?}");
    assert!(faults > 0);
}
