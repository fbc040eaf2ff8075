//! The events of a run.

use std::sync::Arc;
use std::time::Duration;

use bench::scale::Event;
use harness::Fleet;
use pluggy::ItemId;
use runtime::clock;
use tests::sample;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

use crate::lanes::Lanes;
use crate::plan::Flow;
use crate::testbed::{Testbed, users};

/// Enough for the deliveries that come at the same time.
const WEBHOOKS: usize = 4;
/// How often the lanes get what the stream has.
const READ: Duration = Duration::from_millis(20);
const TIMEOUT: Duration = Duration::from_secs(10);
/// The events of an item that has several: the first reports that the item has changed, the others its data.
const KINDS: [&str; 2] = ["item/updated", "transactions/created"];

/// A delivery that is due.
struct Due {
    item: ItemId,
    user: String,
    kind: &'static str,
    after: Duration,
}

/// Stores one event of each item, and returns a time before. The stream has them when it is read.
pub(crate) async fn store_burst(testbed: &Testbed, items: &[ItemId]) -> i64 {
    let received_at = now();
    for item in items {
        testbed.store(*item).await;
    }
    received_at
}

/// Returns the events of a burst that is delivered now.
pub(crate) fn burst(items: &[ItemId], received_at: i64, delivered: Instant) -> Vec<Event> {
    let event = |item: &ItemId| Event {
        item: item.to_string(),
        received_at,
        delivered,
    };
    items.iter().map(event).collect()
}

/// Delivers events through processes of webhook, each when it is due, and passes the stream on to the lanes.
pub(crate) async fn flow(
    testbed: &mut Testbed,
    lanes: &mut Lanes,
    items: &[ItemId],
    flow: Flow,
) -> Vec<Event> {
    let webhook = testbed.settings("webhook", None);
    let webhooks = Arc::new(Fleet::start(&webhook, WEBHOOKS).await.unwrap());
    let began = Instant::now();
    let mut deliveries = JoinSet::new();
    for due in due(items, flow) {
        deliveries.spawn(deliver(Arc::clone(&webhooks), due, began));
    }
    let mut delivered = Vec::with_capacity(deliveries.len());
    loop {
        while let Some(event) = deliveries.try_join_next() {
            delivered.push(event.unwrap());
        }
        let is_last = deliveries.is_empty();
        lanes.push(testbed.new_records().await);
        if is_last {
            return delivered;
        }
        sleep(READ).await;
    }
}

/// Returns all deliveries. Those of an item are spread over its time by its id.
fn due(items: &[ItemId], flow: Flow) -> Vec<Due> {
    let mut all = Vec::with_capacity(items.len() * flow.events);
    for (number, (item, user)) in (0_u32..).zip(items.iter().zip(users())) {
        let first = Duration::from_secs(1) * number / flow.items_a_second;
        for event in 0..flow.events {
            all.push(Due {
                item: *item,
                user: user.clone(),
                kind: KINDS[event.min(1)],
                after: first + flow.within.mul_f64(fraction(*item, event)),
            });
        }
    }
    all
}

/// Returns a pseudorandom number from 0 to 1; 0 for the first event of an item.
fn fraction(item: ItemId, event: usize) -> f64 {
    let bytes = item.as_number().to_be_bytes();
    match event {
        0 => 0.0,
        event => f64::from(bytes[event % bytes.len()]) / f64::from(u8::MAX),
    }
}

async fn deliver(webhooks: Arc<Fleet>, due: Due, began: Instant) -> Event {
    sleep_until(began + due.after).await;
    let delivery = sample::delivery(due.kind, due.item, &due.user).to_string();
    let event = Event {
        item: due.item.to_string(),
        received_at: now(),
        delivered: Instant::now(),
    };
    let answer = webhooks.invoke(delivery.as_bytes(), TIMEOUT).await.unwrap();
    assert_eq!(answer.status(), 200, "{answer:?}");
    event
}

fn now() -> i64 {
    clock::now().as_millisecond()
}
