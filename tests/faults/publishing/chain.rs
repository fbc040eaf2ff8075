//! The chain from Pluggy's webhook to the tables of both examples. The functions are killed, and the bus, Pluggy and
//! DynamoDB fail, all at random. At the end, both tables hold what Pluggy has, and each event was applied once.

mod consumer;
mod listener;
mod truth;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use harness::{Fault, Function, Plan};
use jiff::SignedDuration;
use pluggy::ItemId;
use rand::RngExt as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use runtime::clock::now;
use sandbox::Settings;
use serde_json::Value;
use tests::Deployment;
use tests::deployment::{eventually, settings};
use tokio::task::JoinHandle;

use self::consumer::{Consumer, DETAIL_TYPES};
use self::listener::Listener;
use self::truth::{BankChanges, Truth};
use crate::figures::Figures;
use crate::pipeline::Pipeline;
use crate::proof;
use crate::stack::Stack;

const USER: &str = "usr_01J9X";
/// The time within which a kill comes.
const LONGEST_WORK: Duration = Duration::from_millis(400);
/// The most kills in a part of a round, so that all work ends.
const KILLS_OF_A_PART: usize = 10;
/// The faults, without stalled responses. Each of those would take the seconds of its client's timeout.
const FAULTS: [Fault; 5] = [
    Fault::ServerError,
    Fault::Throttled,
    Fault::Reset,
    Fault::Truncated,
    Fault::LostResponse,
];

/// The whole chain from the sandbox to the tables of the examples.
struct Chain {
    stack: Stack,
    pipeline: Pipeline,
    publishers: [Arc<Function>; 2],
    consumers: [Consumer; 2],
    items: Vec<ItemId>,
    bank_changes: BankChanges,
    _listener: Listener,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_examples_store_pluggys_data_despite_kills_and_faults() {
    let began = now() - SignedDuration::from_mins(1);
    let mut chain = Chain::start().await;
    // Nothing fails before the key is made. A rate limit of /auth would last for a minute.
    chain.pump(0).await;
    let wanted = proof::size(15, 1_000);
    let mut random = proof::random(0);
    let (mut kills, mut rounds) = (0, 0);

    while kills < wanted {
        rounds += 1;
        chain.make_changes(&mut random).await;
        chain.fail(rounds);
        kills += chain.pump(rounds).await;
        chain.heal();
    }
    let faults = chain.faults();
    let dead_lettered = chain.pipeline.dead_lettered().len();
    if dead_lettered > 0 {
        chain.pipeline.republish(began).await;
    }
    let brought_back = chain.settle().await;
    let events = chain.check().await;
    // A second run over everything changes nothing.
    let republished = chain.pipeline.republish(began).await;
    chain.settle().await;
    assert_eq!(chain.check().await, events);

    let truth = chain.truth().await;
    Figures::of("publishing, chain")
        .with("kills", kills)
        .with("rounds", rounds)
        .with("faults", faults)
        .with("accounts", truth.accounts())
        .with("transactions", truth.transactions())
        .with("deleted", truth.deleted())
        .with("events", events)
        .with("dead_lettered", dead_lettered)
        .with("published again", republished)
        .with("copies on the bus", chain.pipeline.bus.published().len())
        .with("brought back from the dead letters", brought_back)
        .with("wrong rows", 0)
        .with("events not applied", 0)
        .print();
}

impl Chain {
    async fn start() -> Self {
        let stack = Stack::of(Deployment::start_with(sandbox_settings()).await).await;
        let listener = Listener::start(&stack.deployment).await;
        let pipeline = Pipeline::start(&stack).await;
        let publishers = [
            Arc::new(pipeline.publisher().await),
            Arc::new(pipeline.publisher().await),
        ];
        let consumers = [
            Consumer::in_rust(&stack).await,
            Consumer::in_node(&stack).await,
        ];
        for consumer in &consumers {
            pipeline.bus.send_to(&consumer.queue, &DETAIL_TYPES);
            consumer.queue.set_repeated(0.2);
        }
        let items = stack.connect(USER, proof::size(2, 10)).await;
        let mut bank_changes = BankChanges::default();
        for item_id in &items {
            bank_changes.found(&stack.deployment, *item_id).await;
        }
        Self {
            stack,
            pipeline,
            publishers,
            consumers,
            items,
            bank_changes,
            _listener: listener,
        }
    }

    /// Gives some items new transactions. The bank settles some and reverses one in an account of each.
    async fn make_changes(&mut self, random: &mut StdRng) {
        let deployment = &self.stack.deployment;
        let changed: Vec<ItemId> = self.items.sample(random, 3).copied().collect();
        self.stack.change(&changed).await;
        for item_id in changed {
            self.bank_changes.found(deployment, item_id).await;
            let accounts = truth::accounts_of(deployment, item_id).await;
            let account_id = *accounts.choose(random).unwrap();
            let (settled, deleted) = (random.random_range(0..4), random.random_range(0..2));
            let bank_changes = &mut self.bank_changes;
            bank_changes
                .change(deployment, account_id, settled, deleted)
                .await;
        }
    }

    fn fail(&self, round: u64) {
        self.stack.dynamodb.set_plan(Plan::any_of(&FAULTS, 0.03));
        self.stack.pluggy.set_plan(Plan::any_of(&FAULTS, 0.05));
        self.pipeline.fail(round);
    }

    fn heal(&self) {
        self.stack.dynamodb.set_plan(Plan::none());
        self.stack.pluggy.set_plan(Plan::none());
        self.pipeline.heal();
    }

    fn faults(&self) -> usize {
        self.stack.dynamodb.faults() + self.stack.pluggy.faults() + self.pipeline.to_bus.faults()
    }

    /// Publishes all that is stored, and feeds the examples, while processes are killed at random. Returns the number
    /// of invocations that a kill interrupted.
    async fn pump(&mut self, round: u64) -> usize {
        let killing = killer(self.publishers.to_vec(), proof::random(10_000 + round));
        let left = self.publish().await;
        killing.abort();
        let consumers = self.consumers.iter();
        let functions = consumers.flat_map(|one| one.functions.iter().cloned());
        let killing = killer(functions.collect(), proof::random(20_000 + round));
        let left_by_consumers = self.consume().await;
        killing.abort();
        left + left_by_consumers
    }

    async fn publish(&mut self) -> usize {
        let records = self.pipeline.new_records().await;
        let [events, items] = &self.publishers;
        let fed = records.feed(&[events, items]).await;
        assert_eq!(fed.dropped, Vec::<Value>::new());
        fed.unanswered
    }

    async fn consume(&self) -> usize {
        let [first, second] = &self.consumers;
        let (first, second) = tokio::join!(first.drain(), second.drain());
        first.unanswered + second.unanswered
    }

    /// Waits until the tables hold what Pluggy has, and returns the number of redriven dead letters.
    async fn settle(&mut self) -> usize {
        let mut brought_back = 0;
        eventually("the tables hold what Pluggy has", async || {
            self.publish().await;
            self.consume().await;
            let dead = self.consumers.iter().map(Consumer::redrive).sum::<usize>();
            brought_back += dead;
            let stored = truth::stored_events(&self.stack.deployment).await;
            let is_quiet = dead == 0 && stored == self.bank_changes.events;
            (is_quiet && self.wrong_rows().await == 0).then_some(())
        })
        .await;
        brought_back
    }

    async fn truth(&self) -> Truth {
        Truth::of(&self.stack.deployment, &self.items, &self.bank_changes).await
    }

    async fn wrong_rows(&self) -> usize {
        let (truth, mut wrong) = (self.truth().await, 0);
        for consumer in &self.consumers {
            let rows = consumer.rows(&self.stack).await;
            wrong += truth.differences(&rows).len();
        }
        wrong
    }

    /// Asserts that both examples applied each event once and that nothing is left. Returns the number of events.
    async fn check(&self) -> usize {
        let events: BTreeSet<String> = self
            .pipeline
            .bus
            .published()
            .iter()
            .filter(|event| DETAIL_TYPES.contains(&event.detail_type.as_str()))
            .map(|event| event.json()["id"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(
            events.len(),
            self.bank_changes.events,
            "each event is on the bus"
        );
        for consumer in &self.consumers {
            let rows = consumer.rows(&self.stack).await;
            let applied: BTreeSet<String> = rows.iter().filter_map(truth::event_id).collect();
            assert_eq!(applied, events, "{}: each event once", consumer.name);
            assert!(consumer.queue.bodies().is_empty(), "{}", consumer.name);
            assert!(
                consumer.dead_letters.bodies().is_empty(),
                "{}",
                consumer.name
            );
        }
        events.len()
    }
}

/// Returns settings with small pages, so that there are several. Rate limits are not under test here.
fn sandbox_settings() -> Settings {
    Settings {
        allow_loopback_webhooks: true,
        authentications_per_minute: u32::MAX,
        transaction_reads_per_minute: u32::MAX,
        transactions_a_page: 7,
        ..settings()
    }
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
