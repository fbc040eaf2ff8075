//! publish is killed at random moments of its batches, the bus fails at random, and its answers are lost: every webhook
//! and every change of an item is on the bus, in its order.

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
use crate::hop::{Hop, Records};
use crate::proof;
use crate::stack::Stack;

const USER: &str = "usr_01J9X";
/// A batch takes about so long; a kill comes within that time.
const LONGEST_BATCH: Duration = Duration::from_millis(120);
/// So many kills at most in a round, so that a batch is done at last.
const KILLS_OF_A_ROUND: usize = 15;
/// Fewer rounds have too little to tell.
const MIN_ROUNDS: u64 = 5;
/// So many items change in a round at most.
const CHANGES_OF_A_ROUND: usize = 5;
const OTHER_EVENTS: [&str; 5] = [
    "transactions/created",
    "transactions/deleted",
    "connector/status_updated",
    "payment_request/updated",
    "something/new",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_stored_is_published_whatever_is_killed_and_fails() {
    let began = now() - SignedDuration::from_mins(1);
    let stack = Stack::start().await;
    let mut hop = Hop::start(&stack).await;
    let wanted = proof::size(20, 1_000);
    let mut random = proof::random(0);
    let item_sync = Arc::new(stack.function("item-sync").await);
    let publishers = [
        Arc::new(hop.publisher().await),
        Arc::new(hop.publisher().await),
    ];
    let both: [&Function; 2] = [&publishers[0], &publishers[1]];
    let (mut items, mut records) = (Vec::new(), Records::default());
    let (mut kills, mut unfinished, mut rounds) = (0, 0, 0);

    while kills < wanted || rounds < MIN_ROUNDS {
        rounds += 1;
        let killer = killer(&[&item_sync], proof::random(1_000 + rounds));
        bring_news(&stack, &mut items, &mut random).await;
        stack.feed(&item_sync).await;
        killer.abort();
        hop.fail(rounds);
        let new = hop.new_records().await;
        let killer = self::killer(
            &[&publishers[0], &publishers[1]],
            proof::random(2_000 + rounds),
        );
        let fed = new.feed(&both).await;
        killer.abort();
        hop.heal();
        kills += fed.unanswered;
        unfinished += fed.unfinished;
        assert_eq!(fed.dropped, Vec::<Value>::new());
        records.extend(new);
    }

    let published = hop.bus.published();
    let dead_lettered: BTreeSet<String> = hop
        .dead_lettered()
        .iter()
        .map(|message| text(&message["id"]))
        .collect();
    let function = hop.publisher().await;
    hop.republish(&function, began).await;
    let republished = hop.bus.published().split_off(published.len());
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
        .with("faults", hop.to_bus.faults())
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

/// One more item, changes of some, and what Pluggy tells of these and of other things.
async fn bring_news(stack: &Stack, items: &mut Vec<ItemId>, random: &mut StdRng) {
    let new = stack.deployment.connect(USER, "user-ok").await;
    items.push(new);
    let created = Uuid::new_v4().to_string();
    stack.tell("item/created", &created, USER, &[new]).await;
    stack.feed(&stack.function("item-sync").await).await;
    stack.deployment.item_reaches(new, "UPDATED").await;
    let changed: Vec<ItemId> = items.sample(random, CHANGES_OF_A_ROUND).copied().collect();
    stack.change(&changed).await;
    let updated = Uuid::new_v4().to_string();
    stack.tell("item/updated", &updated, USER, &changed).await;
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

/// What a publish that nothing happens to makes of the same records.
async fn expected(stack: &Stack, records: &Records) -> Vec<Published> {
    let calm = Hop::start(stack).await;
    let function = calm.publisher().await;
    // One stream after the other, so that there is one order.
    for records in [&records.events, &records.items] {
        let fed = crate::hop::MAPPING.feed(&function, records).await.unwrap();
        assert_eq!(fed.unanswered, 0);
    }
    assert_eq!(calm.dead_lettered(), Vec::<Value>::new());
    calm.bus.published()
}

/// That nothing is missing in what the others are compared with, as far as that can be told without the code of publish.
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
    // Where one event of an item ends, the next one begins.
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

/// What is neither on the bus nor dead_lettered, and what is there without a reason.
fn missing(
    expected: &[Published],
    published: &[Published],
    dead_lettered: &BTreeSet<String>,
) -> Vec<String> {
    let told: BTreeSet<String> = published
        .iter()
        .map(id)
        .chain(dead_lettered.clone())
        .collect();
    let due: BTreeSet<String> = expected.iter().map(id).collect();
    due.symmetric_difference(&told).cloned().collect()
}

/// The ids under which not the same is told each time.
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

/// The things of which something was told too early: before what the stream had before it, or in one request with it.
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
        // What was dead_lettered may be on the bus all the same, if an answer was lost.
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

/// What was dead_lettered and is not brought back: a webhook itself, of an item where it stands now.
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

/// What the event is about, and which stream brings it. Of webhooks without an item, each is about a thing of its own.
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
