//! Faults between the functions and DynamoDB. Every acknowledged event is durable, each delivery is answered in time,
//! and items converge afterwards.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Duration;

use harness::{Dialect, Fault, FaultProxy, Fleet, Plan, StreamMapping};
use pluggy::ItemId;
use rand::seq::index;
use sandbox::Effect;
use tests::stream;
use tokio::task::JoinSet;

use crate::concurrency::{Concurrency, is_fetched_since, target};
use crate::delivery::{ANSWERED_WITHIN, Posted, durable};
use crate::figures::Figures;
use crate::machine::Lateness;
use crate::proof;
use crate::stack::Stack;

const SENDERS: usize = 6;
const USER: &str = "usr_01J9X";
const PROBABILITIES: [f64; 3] = [0.05, 0.3, 1.0];
/// The rows of a batch whose writes the store refuses.
const REFUSED_ROWS: usize = 5;

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
    for concurrency in Concurrency::ALL {
        break_the_store(concurrency).await;
    }
}

async fn break_the_store(concurrency: Concurrency) {
    let stack = Stack::start().await;
    let (item_sync, scheduler) = (
        stack.function("item-sync").await,
        stack.function("scheduler").await,
    );
    let items = concurrency.items(proof::size(5, 50));
    let mut items = stack.connect(USER, items).await;
    stack
        .store_events("item/created", "first", USER, &items)
        .await;
    let records = stream::records(&stack.new_rows().await);
    stack
        .feed_checked(concurrency.mapping(), &item_sync, &records)
        .await;
    let (mut invocations, mut dropped) = (0, Vec::new());
    let mapping = StreamMapping {
        max_retries: u32::try_from(proof::size(3, 10)).unwrap(),
        ..concurrency.mapping()
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
        let fed = match round {
            0 => {
                stack
                    .feed_records(mapping, concurrency, &item_sync, &records)
                    .await
            }
            _ => stack.feed_checked(mapping, &item_sync, &records).await,
        };
        stack.dynamodb.set_plan(Plan::none());
        invocations += fed.invocations;
        dropped.extend(fed.dropped);
    }
    let faults = stack.dynamodb.faults();
    stack.pass_time_until_all_are_due().await;
    stack.tick_at(concurrency, &scheduler, &item_sync).await;

    let mut not_converged = stack.not_converged(&items).await;
    let needs_replay = stack.needs_replay(&not_converged, &dropped).await;
    not_converged.retain(|item_id| !needs_replay.contains(item_id));
    concurrency
        .figures("store faults, item-sync", &stack)
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_reports_the_lowest_refused_record_after_all_that_it_began() {
    for concurrency in Concurrency::ALL {
        refuse_some_rows(concurrency).await;
    }
}

async fn refuse_some_rows(concurrency: Concurrency) {
    let stack = Stack::start().await;
    let item_sync = stack.function("item-sync").await;
    let items = stack.connect(USER, concurrency.items(1)).await;
    stack
        .store_events("item/created", "first", USER, &items)
        .await;
    stack.feed(&item_sync).await;
    let mapping = StreamMapping {
        max_retries: 0,
        ..concurrency.mapping()
    };
    let (mut random, rounds) = (proof::random(0), proof::size(3, 30));
    let (mut refused, mut ended) = (0, 0);

    for round in 0..rounds {
        let event_id = format!("round-{round}");
        stack.change(&items).await;
        stack
            .store_events("item/updated", &event_id, USER, &items)
            .await;
        let records = stream::records(&stack.new_rows().await);
        let targets: Vec<_> = records.iter().map(target).collect();
        let chosen = index::sample(&mut random, items.len(), items.len().min(REFUSED_ROWS));
        let chosen: BTreeSet<usize> = chosen.into_iter().collect();
        stack
            .dynamodb
            .refuse_writes(chosen.iter().map(|number| targets[*number].0.to_string()));
        // The lowest one is refused after others.
        let lowest = targets[*chosen.first().unwrap()].0;
        stack.deployment.pluggy.add_fault(sandbox::Fault {
            method: None,
            path_prefix: format!("/items/{lowest}"),
            times: Some(1),
            effect: Effect::Delay { milliseconds: 300 },
        });
        let before = stack.pluggy.exchanges().len();

        let fed = stack
            .feed_records(mapping, concurrency, &item_sync, &records)
            .await;

        let made = stack.dynamodb.refused_writes();
        let is_refused = |item_id: &ItemId| made.contains(&item_id.to_string());
        let expected = targets.iter().position(|(item_id, _)| is_refused(item_id));
        assert_eq!(fed.invocations, 1);
        assert_eq!(Some(records.len() - fed.dropped.len()), expected);
        let exchanges = stack.pluggy.exchanges().split_off(before);
        for (item_id, received_at) in &targets {
            let path = format!("/items/{item_id}");
            let has_begun = exchanges.iter().any(|exchange| exchange.path == path);
            if has_begun && !is_refused(item_id) {
                let row = stack.row(*item_id).await.unwrap();
                assert!(is_fetched_since(&row, *received_at), "{row:?}");
                ended += 1;
            }
        }
        refused += made.len();
        stack.dynamodb.refuse_writes([]);
        let fed = stack
            .feed_checked(concurrency.mapping(), &item_sync, &fed.dropped)
            .await;
        assert_eq!(fed.unfinished, 0);
        assert!(stack.not_converged(&items).await.is_empty());
    }

    concurrency
        .figures("store faults, refused rows", &stack)
        .with("items", items.len())
        .with("batches", rounds)
        .with("rows that were refused", refused)
        .with("rows beside them", ended)
        .with("not converged", 0)
        .print();
}
