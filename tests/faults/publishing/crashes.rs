//! Kills of publish at random moments of its batches. The bus fails at random, and its responses are lost. Every
//! webhook and every change of an item is published in order.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use harness::{Function, Published};
use jiff::SignedDuration;
use pluggy::ItemId;
use rand::RngExt as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use runtime::clock::now;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::figures::Figures;
use crate::pipeline::{Pipeline, Records};
use crate::proof;
use crate::stack::Stack;

const USER: &str = "usr_01J9X";
/// The approximate time of a batch. A kill comes within that time.
const LONGEST_BATCH: Duration = Duration::from_millis(120);
/// The most kills in a round, so that every batch ends.
const KILLS_OF_A_ROUND: usize = 15;
/// The fewest rounds that give a meaningful result.
const MIN_ROUNDS: u64 = 5;
/// The most items that change in a round.
const CHANGES_OF_A_ROUND: usize = 5;
const OTHER_EVENTS: [&str; 5] = [
    "transactions/created",
    "transactions/deleted",
    "connector/status_updated",
    "payment_request/updated",
    "something/new",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_stored_event_is_published_despite_kills_and_faults() {
    let began = now() - SignedDuration::from_mins(1);
    let stack = Stack::start().await;
    let mut pipeline = Pipeline::start(&stack).await;
    let wanted = proof::size(20, 1_000);
    let mut random = proof::random(0);
    let item_sync = Arc::new(stack.function("item-sync").await);
    let publishers = [
        Arc::new(pipeline.publisher().await),
        Arc::new(pipeline.publisher().await),
    ];
    let both: [&Function; 2] = [&publishers[0], &publishers[1]];
    let (mut items, mut records) = (Vec::new(), Records::default());
    let (mut kills, mut unfinished, mut rounds) = (0, 0, 0);

    while kills < wanted || rounds < MIN_ROUNDS {
        rounds += 1;
        let killer = killer(&[&item_sync], proof::random(1_000 + rounds));
        make_changes(&stack, &mut items, &mut random).await;
        stack.feed(&item_sync).await;
        killer.abort();
        pipeline.fail(rounds);
        let new = pipeline.new_records().await;
        let killer = self::killer(
            &[&publishers[0], &publishers[1]],
            proof::random(2_000 + rounds),
        );
        let fed = new.feed(&both).await;
        killer.abort();
        pipeline.heal();
        kills += fed.unanswered;
        unfinished += fed.unfinished;
        assert_eq!(fed.dropped, Vec::<Value>::new());
        records.extend(new);
    }

    let published = pipeline.bus.published();
    let dead_lettered: BTreeSet<String> = pipeline
        .dead_lettered()
        .iter()
        .map(|message| text(&message["id"]))
        .collect();
    pipeline.republish(began).await;
    let republished = pipeline.bus.published().split_off(published.len());
    let expected = expected(&stack, &records).await;
    check_expected(&stack, &records, &expected).await;

    let missing = missing(&expected, &published, &dead_lettered);
    let unequal = unequal(&expected, &published);
    let disordered = disordered(&expected, &published, &dead_lettered);
    let lost = lost(&dead_lettered, &expected, &republished);
    Figures::of("publishing, crashes")
        .with("kills in a batch", kills)
        .with("rounds", rounds)
        .with("batches left unfinished", unfinished)
        .with("faults", pipeline.to_bus.faults())
        .with("items", items.len())
        .with("records", records.len())
        .with("events", expected.len())
        .with("copies on the bus", published.len())
        .with("dead_lettered", dead_lettered.len())
        .with("missing", missing.len())
        .with("unequal", unequal.len())
        .with("out of order", disordered.len())
        .with("lost", lost.len())
        .print();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(unequal.is_empty(), "{unequal:?}");
    assert!(disordered.is_empty(), "{disordered:?}");
    assert!(lost.is_empty(), "{lost:?}");
    assert!(published.len() > expected.len(), "nothing was repeated");
}

/// Connects one more item, changes some items, and stores Pluggy's events about these and about other things.
async fn make_changes(stack: &Stack, items: &mut Vec<ItemId>, random: &mut StdRng) {
    let new = stack.deployment.connect(USER, "user-ok").await;
    items.push(new);
    let created = Uuid::new_v4().to_string();
    stack
        .store_events("item/created", &created, USER, &[new])
        .await;
    stack.feed(&stack.function("item-sync").await).await;
    stack.deployment.item_reaches(new, "UPDATED").await;
    let changed: Vec<ItemId> = items.sample(random, CHANGES_OF_A_ROUND).copied().collect();
    stack.change(&changed).await;
    let updated = Uuid::new_v4().to_string();
    stack
        .store_events("item/updated", &updated, USER, &changed)
        .await;
    for name in OTHER_EVENTS {
        for item_id in &changed {
            let event = json!({ "event": name, "eventId": Uuid::new_v4(), "itemId": item_id });
            assert_eq!(stack.deployment.deliver(&event).await, 200);
        }
    }
}

/// Kills any of the functions, several times, at random moments.
fn killer(functions: &[&Arc<Function>], mut random: StdRng) -> JoinHandle<()> {
    let functions: Vec<Arc<Function>> = functions.iter().map(|one| Arc::clone(one)).collect();
    tokio::spawn(async move {
        for _ in 0..KILLS_OF_A_ROUND {
            tokio::time::sleep(LONGEST_BATCH.mul_f64(random.random())).await;
            let victim = functions.choose(&mut random).unwrap();
            victim.kill().await;
        }
    })
}

/// Returns the events that an undisturbed publish makes of the same records.
async fn expected(stack: &Stack, records: &Records) -> Vec<Published> {
    let calm = Pipeline::start(stack).await;
    let function = calm.publisher().await;
    // One stream after the other, so that there is one order.
    for records in [&records.events, &records.items] {
        let fed = crate::pipeline::MAPPING
            .feed(&function, records)
            .await
            .unwrap();
        assert_eq!(fed.unanswered, 0);
    }
    assert_eq!(calm.dead_lettered(), Vec::<Value>::new());
    calm.bus.published()
}

/// Asserts that the expected events are complete, as far as the test can verify it without the code of publish.
async fn check_expected(stack: &Stack, records: &Records, expected: &[Published]) {
    let bodies: BTreeSet<String> = expected
        .iter()
        .filter_map(|event| event.raw_field("body"))
        .collect();
    let webhooks = stack.deployment.tables.event_rows().await;
    let is_webhook = |origin: &str| origin == "webhook";
    let stored = webhooks
        .iter()
        .filter(|row| is_webhook(row["origin"].as_s().unwrap()));
    assert_eq!(bodies.len(), stored.count(), "one event for each webhook");
    // Each event of an item begins in the phase in which the previous one ended.
    let mut phases: HashMap<String, Value> = HashMap::new();
    for event in expected {
        let detail = event.json();
        if !event.detail_type.starts_with("item.") {
            continue;
        }
        let before = phases.insert(text(&detail["itemId"]), detail["phase"].clone());
        assert_eq!(before.unwrap_or_default(), detail["previousPhase"]);
    }
    for (item_id, phase) in phases {
        let (_, status) = stack
            .deployment
            .status_of(USER, item_id.parse().unwrap())
            .await;
        assert_eq!(status["phase"], phase, "{item_id}");
    }
    assert!(!records.items.is_empty());
}

/// Returns the events that are neither published nor dead-lettered, and those that are there without a reason.
fn missing(
    expected: &[Published],
    published: &[Published],
    dead_lettered: &BTreeSet<String>,
) -> Vec<String> {
    let handled: BTreeSet<String> = published
        .iter()
        .map(id)
        .chain(dead_lettered.clone())
        .collect();
    let due: BTreeSet<String> = expected.iter().map(id).collect();
    due.symmetric_difference(&handled).cloned().collect()
}

/// Returns the ids whose copies are not equal.
fn unequal(expected: &[Published], published: &[Published]) -> Vec<String> {
    let truth: BTreeMap<String, &Published> =
        expected.iter().map(|event| (id(event), event)).collect();
    let differs = |event: &&Published| {
        truth.get(&id(event)).is_some_and(|truth| {
            (&truth.detail_type, &truth.detail, truth.time)
                != (&event.detail_type, &event.detail, event.time)
        })
    };
    published.iter().filter(differs).map(id).collect()
}

/// Returns the subjects with an event that was published too early: before its predecessor in the stream, or in one
/// request with it.
fn disordered(
    expected: &[Published],
    published: &[Published],
    dead_lettered: &BTreeSet<String>,
) -> Vec<String> {
    let mut first_copies: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut requests = BTreeSet::new();
    let mut found = Vec::new();
    for event in published {
        let thing = thing(event);
        if !requests.insert((event.request, thing.clone())) {
            found.push(format!("twice in a request: {thing}"));
        }
        if seen.insert(id(event)) {
            first_copies.entry(thing).or_default().push(id(event));
        }
    }
    let mut in_order: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for event in expected
        .iter()
        .filter(|event| !dead_lettered.contains(&id(event)))
    {
        in_order.entry(thing(event)).or_default().push(id(event));
    }
    for copies in first_copies.values_mut() {
        // A dead-lettered event may still be on the bus, if a response was lost.
        copies.retain(|id| !dead_lettered.contains(id));
    }
    first_copies.retain(|_, copies| !copies.is_empty());
    found.extend(
        in_order
            .iter()
            .filter(|(thing, order)| first_copies.get(*thing) != Some(*order))
            .map(|(thing, _)| thing.clone()),
    );
    found
}

/// Returns the dead-lettered events that were not republished: a webhook under its id, an item in its current state.
fn lost(
    dead_lettered: &BTreeSet<String>,
    expected: &[Published],
    republished: &[Published],
) -> Vec<String> {
    let ids: BTreeSet<String> = republished.iter().map(id).collect();
    let items: BTreeSet<String> = republished
        .iter()
        .filter(|event| event.detail_type.starts_with("item."))
        .map(thing)
        .collect();
    let is_lost = |event: &&Published| {
        dead_lettered.contains(&id(event))
            && if event.detail_type.starts_with("item.") {
                !items.contains(&thing(event))
            } else {
                !ids.contains(&id(event))
            }
    };
    expected.iter().filter(is_lost).map(id).collect()
}

fn id(event: &Published) -> String {
    text(&event.json()["id"])
}

/// Returns the subject of the event, and the stream that brings it. Each webhook without an item is a subject of its
/// own.
fn thing(event: &Published) -> String {
    let detail = event.json();
    let stream = event.detail_type.split('.').next().unwrap();
    let about = detail["itemId"].as_str().or(detail["id"].as_str());
    format!("{stream} {}", about.unwrap())
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value}"))
        .to_owned()
}
