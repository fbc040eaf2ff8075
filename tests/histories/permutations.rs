//! Every order of up to six events of an item.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::SignedDuration;
use pluggy::ItemId;
use store::schema::FETCH_SHARD;
use tests::tables::Row;

use crate::figures::Figures;
use crate::plan::Plan;
use crate::settle::settle;
use crate::stand::Stand;
use crate::step::{Clocks, History, Late, Names, Stamp, Stamps, Step};
use crate::told::Told;
use crate::workshop::{self, Workshop};
use crate::world::{Answer, Kind, LANES};

/// Between two changes, and between two batches.
const PACE: SignedDuration = SignedDuration::from_secs(5);

/// How the events of a permutation come.
#[derive(Clone, Copy, Debug)]
enum Coming {
    /// Each comes, and is handled, right after the next change, whichever it tells of.
    AsTheItemChanges,
    /// All have come, in the order of the changes, before the first is handled.
    AfterTheLastChange,
    /// The last of them is the item's deletion, and it has come before the first is handled.
    AfterTheDeletion,
}

impl Coming {
    const ALL: [Self; 3] = [
        Self::AsTheItemChanges,
        Self::AfterTheLastChange,
        Self::AfterTheDeletion,
    ];

    /// What depends on the order, because it tells of our looks and not of the item: when the last
    /// one was and when the next one will be, and of a tombstone also when the item was found to be
    /// gone, and first heard of, since Pluggy never said when it was made.
    fn differences(self) -> &'static [&'static str] {
        match self {
            Self::AsTheItemChanges => &[],
            Self::AfterTheLastChange => &["fetchedAt", "nextFetchAt"],
            Self::AfterTheDeletion => &["fetchedAt", "deletedAt", "createdAt"],
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
        for coming in Coming::ALL {
            let rows = workshop::share(chunks(&orders), |orders| tell_all(coming, orders));
            let first = &rows[0];
            for (order, row) in orders.iter().zip(&rows) {
                assert_eq!(row, first, "{coming:?}, in the order {order:?}");
            }
        }
    }

    eprintln!(
        "order: {permutations} permutations, each as {} kinds of history, 0 differences",
        Coming::ALL.len()
    );
}

/// As many parts as keep the cores busy, and few enough that their stands cost little.
fn chunks(orders: &[Vec<usize>]) -> Vec<&[Vec<usize>]> {
    orders.chunks(60).collect()
}

fn tell_all(coming: Coming, orders: &[Vec<usize>]) -> Vec<Option<Row>> {
    let workshop = Workshop::open();
    let mut stand = workshop.block_on(Stand::start());
    let rows = orders
        .iter()
        .map(|order| workshop.block_on(tell(&mut stand, coming, order)));
    rows.collect()
}

/// Every order of the numbers below `count`.
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

async fn tell(stand: &mut Stand, coming: Coming, order: &[usize]) -> Option<Row> {
    let item_id = stand.begin();
    let mut figures = Figures::default();
    let mut told = Told::new(stand, &mut figures, &history());
    match coming {
        Coming::AsTheItemChanges => as_the_item_changes(&mut told, order).await,
        Coming::AfterTheLastChange => after_the_last_change(&mut told, order).await,
        Coming::AfterTheDeletion => after_the_deletion(&mut told, order).await,
    }
    settle(&mut told, Late::Lost).await.unwrap();
    let row = stand.raw_row().await;
    stand.end().await;
    row.map(|row| comparable(row, item_id, coming.differences()))
}

/// The row without what may differ. Each history has an item of its own, so its id does, and the shard that follows from it.
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

async fn as_the_item_changes(told: &mut Told<'_>, order: &[usize]) {
    for (number, event) in order.iter().enumerate() {
        change(told, number).await;
        told.send(Kind::ALL[*event].event());
        told.deliver(told.sent.len() - 1, None).await;
        handle(told, number).await;
    }
}

async fn after_the_last_change(told: &mut Told<'_>, order: &[usize]) {
    for number in 0..order.len() {
        change(told, number).await;
        told.deliver(told.sent.len() - 1, None).await;
    }
    for event in order {
        handle(told, *event).await;
        told.wait(PACE).await;
    }
}

async fn after_the_deletion(told: &mut Told<'_>, order: &[usize]) {
    for number in 1..order.len() {
        change(told, number).await;
        told.deliver(told.sent.len() - 1, None).await;
    }
    told.step(Step::Delete).await.unwrap();
    told.deliver(told.sent.len() - 1, None).await;
    for event in order {
        handle(told, *event).await;
        told.wait(PACE).await;
    }
}

async fn change(told: &mut Told<'_>, number: usize) {
    told.wait(PACE).await;
    let kind = Kind::ALL[number];
    told.change(kind, Stamp::New, kind.event());
}

async fn handle(told: &mut Told<'_>, record: usize) {
    let lane = record % LANES;
    told.sync(lane, vec![record], Answer::Truth, None)
        .await
        .unwrap();
}

/// An undisturbed history of one user's item.
fn history() -> History {
    History {
        clocks: Clocks {
            door: 0,
            lanes: [0; LANES],
        },
        names: Names::Answers,
        stamps: Stamps::Given,
        late: Late::Lost,
        steps: Vec::new(),
    }
}
