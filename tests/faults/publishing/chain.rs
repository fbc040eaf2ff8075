//! From Pluggy's webhook to the tables of both examples: publish and the examples are killed, and the bus, Pluggy and
//! DynamoDB fail, at random. In the end both tables hold what Pluggy has, and each event was applied once.

mod consumer;
mod listener;
mod truth;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use harness::{Fault, Function, Plan};
use jiff::SignedDuration;
use rand::RngExt as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use sandbox::Settings;
use serde_json::Value;
use shared::clock::now;
use shared::pluggy::ItemId;
use tests::Deployment;
use tests::deployment::{eventually, settings};
use tokio::task::JoinHandle;

use self::consumer::{Consumer, DETAIL_TYPES};
use self::listener::Listener;
use self::truth::{News, Truth};
use crate::figures::Figures;
use crate::hop::Hop;
use crate::proof;
use crate::stack::Stack;

const USER: &str = "usr_01J9X";
/// A kill comes within that time.
const LONGEST_WORK: Duration = Duration::from_millis(400);
/// So many kills at most in a part of a round, so that all is done at last.
const KILLS_OF_A_PART: usize = 8;
/// Without stalled answers: each would cost the seconds of its client's timeout.
const FAULTS: [Fault; 5] = [
    Fault::ServerError,
    Fault::Throttled,
    Fault::Reset,
    Fault::Truncated,
    Fault::LostResponse,
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_examples_hold_what_pluggy_has_whatever_is_killed_and_fails() {
    let began = now() - SignedDuration::from_mins(1);
    let stack = Stack::of(Deployment::start_with(sandbox_settings()).await).await;
    let _listener = Listener::start(&stack.deployment).await;
    let mut hop = Hop::start(&stack).await;
    let publishers = [
        Arc::new(hop.publisher().await),
        Arc::new(hop.publisher().await),
    ];
    let consumers = [
        Consumer::in_rust(&stack).await,
        Consumer::in_node(&stack).await,
    ];
    for consumer in &consumers {
        hop.bus.send_to(&consumer.queue, &DETAIL_TYPES);
        consumer.queue.set_repeated(0.2);
    }
    let items = stack.connect(USER, proof::size(2, 10)).await;
    let mut news = News::default();
    for item_id in &items {
        news.found(&stack.deployment, *item_id).await;
    }
    // Nothing fails before the key is made: a limit of /auth would be kept to for a minute.
    pump(&mut hop, &publishers, &consumers).await;
    let wanted = proof::size(15, 1_000);
    let mut random = proof::random(0);
    let (mut kills, mut rounds) = (0, 0);

    while kills < wanted {
        rounds += 1;
        bring_news(&stack, &items, &mut news, &mut random).await;
        stack.dynamodb.set_plan(Plan::any_of(&FAULTS, 0.03));
        stack.pluggy.set_plan(Plan::any_of(&FAULTS, 0.05));
        hop.fail(rounds);
        kills += pump(&mut hop, &publishers, &consumers).await;
        stack.dynamodb.set_plan(Plan::none());
        stack.pluggy.set_plan(Plan::none());
        hop.heal();
    }
    let faults = stack.dynamodb.faults() + stack.pluggy.faults() + hop.to_bus.faults();

    // All of it once more: what is parked comes back, and nobody does anything twice.
    let parked = hop.parked().len();
    let republished = hop.republish(&publishers[0], began).await;
    let mut brought_back = 0;
    eventually("the tables hold what Pluggy has", async || {
        pump_calmly(&mut hop, &publishers, &consumers).await;
        brought_back += consumers.iter().map(Consumer::redrive).sum::<usize>();
        let truth = Truth::of(&stack.deployment, &items, &news).await;
        let mut is_equal = truth::stored_events(&stack.deployment).await == news.events;
        for consumer in &consumers {
            is_equal &= consumer.queue.bodies().is_empty();
            is_equal &= truth.differences(&consumer.rows(&stack).await).is_empty();
        }
        is_equal.then_some(())
    })
    .await;

    let truth = Truth::of(&stack.deployment, &items, &news).await;
    let published = hop.bus.published();
    let events: BTreeSet<String> = published
        .iter()
        .filter(|event| DETAIL_TYPES.contains(&event.detail_type.as_str()))
        .map(|event| event.json()["id"].as_str().unwrap().to_owned())
        .collect();
    let mut wrong = Vec::new();
    for consumer in &consumers {
        let rows = consumer.rows(&stack).await;
        wrong.extend(truth.differences(&rows));
        let applied: BTreeSet<String> = rows.iter().filter_map(truth::event_id).collect();
        assert_eq!(applied, events, "{}: each event once", consumer.name);
        assert_eq!(consumer.dead_letters.bodies(), Vec::<String>::new());
    }
    Figures::of("publishing, chain")
        .with("kills", kills)
        .with("rounds", rounds)
        .with("faults", faults)
        .with("accounts", truth.accounts())
        .with("transactions", truth.transactions())
        .with("deleted", truth.deleted())
        .with("events", events.len())
        .with("copies on the bus", published.len())
        .with("parked", parked)
        .with("published again", republished)
        .with("brought back from the dead letters", brought_back)
        .with("wrong rows", wrong.len())
        .with("events not applied", news.events - events.len())
        .print();
    assert!(wrong.is_empty(), "{wrong:?}");
    assert_eq!(events.len(), news.events, "each event is on the bus");
}

/// Pages are small, so that there are several; the limits are not what is tried here.
fn sandbox_settings() -> Settings {
    Settings {
        allow_loopback_webhooks: true,
        authentications_per_minute: u32::MAX,
        transaction_reads_per_minute: u32::MAX,
        transactions_a_page: 7,
        ..settings()
    }
}

/// Some items have new transactions; of one account of each, some are settled and one is taken back.
async fn bring_news(stack: &Stack, items: &[ItemId], news: &mut News, random: &mut StdRng) {
    let deployment = &stack.deployment;
    let changed: Vec<ItemId> = items.sample(random, 3).copied().collect();
    stack.change(&changed).await;
    for item_id in changed {
        news.found(deployment, item_id).await;
        let accounts = truth::accounts_of(deployment, item_id).await;
        let account_id = *accounts.choose(random).unwrap();
        let (settled, deleted) = (random.random_range(0..4), random.random_range(0..2));
        news.change(deployment, account_id, settled, deleted).await;
    }
}

/// All that is stored goes to the bus, and all that is on the bus to the examples, while everybody is killed now and
/// then. Gives how often somebody was in the middle of something.
async fn pump(hop: &mut Hop, publishers: &[Arc<Function>; 2], consumers: &[Consumer; 2]) -> usize {
    let seed = hop.bus.requests() as u64;
    let records = hop.new_records().await;
    let killing = killer(publishers.to_vec(), proof::random(1_000 + seed));
    let fed = records.feed(&[&publishers[0], &publishers[1]]).await;
    killing.abort();
    assert_eq!(fed.dropped, Vec::<Value>::new());
    let all = consumers
        .iter()
        .flat_map(|one| one.functions.iter().cloned());
    let killing = killer(all.collect(), proof::random(2_000 + seed));
    let (first, second) = tokio::join!(consumers[0].drain(), consumers[1].drain());
    killing.abort();
    fed.unanswered + first.unanswered + second.unanswered
}

async fn pump_calmly(hop: &mut Hop, publishers: &[Arc<Function>; 2], consumers: &[Consumer; 2]) {
    let records = hop.new_records().await;
    records.feed(&[&publishers[0], &publishers[1]]).await;
    tokio::join!(consumers[0].drain(), consumers[1].drain());
}

/// Kills any of the functions, several times, at random moments.
fn killer(functions: Vec<Arc<Function>>, mut random: StdRng) -> JoinHandle<()> {
    tokio::spawn(async move {
        for _ in 0..KILLS_OF_A_PART {
            tokio::time::sleep(LONGEST_WORK.mul_f64(random.random())).await;
            let victim = functions.choose(&mut random).unwrap();
            victim.kill().await;
        }
    })
}
