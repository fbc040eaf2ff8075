//! Every order of up to six events of an item.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::SignedDuration;
use pluggy::ItemId;
use store::schema::FETCH_SHARD;
use tests::tables::Row;

use crate::figures::Figures;
use crate::history::History;
use crate::model::{Answer, Kind, LANES};
use crate::plan::Plan;
use crate::settle::settle;
use crate::step::{Clocks, Late, Names, Refusals, Script, Stamp, Stamps, Step};
use crate::testbed::Testbed;
use crate::workers::{self, Worker};

/// The time between two changes, and between two batches.
const PACE: SignedDuration = SignedDuration::from_secs(5);

/// The arrival order of a permutation's events, relative to the changes.
#[derive(Clone, Copy, Debug)]
enum Arrival {
    /// Each arrives and is handled right after the next change, whichever change it reports.
    AsTheItemChanges,
    /// All arrive in the order of the changes, before the first is handled.
    AfterTheLastChange,
    /// The last event is the item's deletion. It arrives before the first is handled.
    AfterTheDeletion,
}

impl Arrival {
    const ALL: [Self; 3] = [
        Self::AsTheItemChanges,
        Self::AfterTheLastChange,
        Self::AfterTheDeletion,
    ];

    /// Returns the attributes that depend on the order, because they describe our fetches and not the item: the times
    /// of the last and the next fetch. A tombstone also has the times when the item was found deleted and first seen,
    /// since Pluggy never said when it was created.
    fn differences(self) -> &'static [&'static str] {
        match self {
            Self::AsTheItemChanges => &[],
            Self::AfterTheLastChange => &["fetchedAt", "nextFetchAt"],
            Self::AfterTheDeletion => &["fetchedAt", "deletedAt", "expiresAt", "createdAt"],
        }
    }
}

#[test]
fn any_order_of_events_ends_in_the_same_row() {
    let plan = Plan::from_env();

    let mut permutations = 0;
    for events in 1..=plan.events {
        let orders = orders(events);
        permutations += orders.len();
        for arrival in Arrival::ALL {
            let rows = workers::share(chunks(&orders), |orders| run_all(arrival, orders));
            let (first, _) = &rows[0];
            for (order, (row, stalls)) in orders.iter().zip(&rows) {
                assert_eq!(
                    row, first,
                    "{arrival:?}, in the order {order:?}, {stalls} stalls"
                );
            }
        }
    }

    eprintln!(
        "order: {permutations} permutations, each as {} kinds of history, 0 differences",
        Arrival::ALL.len()
    );
}

/// Splits the orders into enough parts to keep the cores busy, and few enough that their testbeds cost little.
fn chunks(orders: &[Vec<usize>]) -> Vec<&[Vec<usize>]> {
    orders.chunks(60).collect()
}

/// Runs the orders. Returns the row at the end of each, and the number of stalls.
fn run_all(arrival: Arrival, orders: &[Vec<usize>]) -> Vec<(Option<Row>, usize)> {
    let worker = Worker::open();
    let mut testbed = worker.block_on(Testbed::start());
    let rows = orders
        .iter()
        .map(|order| worker.block_on(run(&mut testbed, arrival, order)));
    rows.collect()
}

/// Returns every order of the numbers below `count`.
fn orders(count: usize) -> Vec<Vec<usize>> {
    let mut orders = vec![Vec::new()];
    for number in 0..count {
        let longer = orders.iter().flat_map(|order: &Vec<usize>| {
            (0..=order.len()).map(move |place| {
                let mut order = order.clone();
                order.insert(place, number);
                order
            })
        });
        orders = longer.collect();
    }
    orders
}

async fn run(testbed: &mut Testbed, arrival: Arrival, order: &[usize]) -> (Option<Row>, usize) {
    let item_id = testbed.begin();
    let mut figures = Figures::default();
    let mut history = History::new(testbed, &mut figures, &undisturbed());
    match arrival {
        Arrival::AsTheItemChanges => as_the_item_changes(&mut history, order).await,
        Arrival::AfterTheLastChange => after_the_last_change(&mut history, order).await,
        Arrival::AfterTheDeletion => after_the_deletion(&mut history, order).await,
    }
    settle(&mut history, Late::Lost).await.unwrap();
    let row = testbed.raw_row().await;
    testbed.end().await;
    let row = row.map(|row| comparable(row, item_id, arrival.differences()));
    let stalls = testbed.take_counts().map(|counts| counts.stalls).sum();
    (row, stalls)
}

/// Returns the row without the attributes that may differ. Each history has its own item, so the id and the shard
/// derived from it also differ.
fn comparable(row: Row, item_id: ItemId, differences: &[&str]) -> Row {
    let item_id = item_id.to_string();
    let attributes = row
        .into_iter()
        .filter(|(name, _)| name != FETCH_SHARD && !differences.contains(&name.as_str()));
    let attributes = attributes.map(|(name, value)| match value {
        AttributeValue::S(text) => (name, AttributeValue::S(text.replace(&item_id, "<id>"))),
        other => (name, other),
    });
    attributes.collect()
}

async fn as_the_item_changes(history: &mut History<'_>, order: &[usize]) {
    for (number, event) in order.iter().enumerate() {
        change(history, number).await;
        history.send(Kind::ALL[*event].event());
        history.deliver(history.sent.len() - 1, None).await;
        handle(history, number).await;
    }
}

async fn after_the_last_change(history: &mut History<'_>, order: &[usize]) {
    for number in 0..order.len() {
        change(history, number).await;
        history.deliver(history.sent.len() - 1, None).await;
    }
    for event in order {
        handle(history, *event).await;
        history.wait(PACE).await;
    }
}

async fn after_the_deletion(history: &mut History<'_>, order: &[usize]) {
    for number in 1..order.len() {
        change(history, number).await;
        history.deliver(history.sent.len() - 1, None).await;
    }
    history.step(Step::Delete).await.unwrap();
    history.deliver(history.sent.len() - 1, None).await;
    for event in order {
        handle(history, *event).await;
        history.wait(PACE).await;
    }
}

async fn change(history: &mut History<'_>, number: usize) {
    history.wait(PACE).await;
    let kind = Kind::ALL[number];
    history.change(kind, Stamp::New, kind.event());
}

async fn handle(history: &mut History<'_>, record: usize) {
    let lane = record % LANES;
    history
        .sync(lane, vec![record], Answer::Truth, None, Refusals::default())
        .await
        .unwrap();
}

/// Returns an undisturbed script for one user's item.
fn undisturbed() -> Script {
    Script {
        clocks: Clocks {
            door: 0,
            lanes: [0; LANES],
        },
        names: Names::Answers,
        stamps: Stamps::Given,
        late: Late::Lost,
        neighbors: 0,
        order: 0,
        steps: Vec::new(),
    }
}
