//! The counted cases.

mod events;
mod requests;

use crate::counted::Counted;
use crate::testbed::Testbed;

/// The number of items in the cases.
const ITEMS: usize = 100;

pub(crate) async fn run_all(testbed: &Testbed) -> Vec<Counted> {
    let items = testbed.connect(ITEMS).await;
    events::make_known(testbed, &items).await;
    let mut all = Vec::new();
    for counted in [
        announced(events::changes(testbed, &items, events::ALONE).await),
        announced(events::changes(testbed, &items, events::FULL).await),
        announced(events::news(testbed, &items).await),
        announced(events::read_before(testbed, &items).await),
        announced(events::duplicates(testbed, &items).await),
        announced(events::checks(testbed, &items).await),
        announced(events::idle_ticks(testbed).await),
        announced(requests::hints(testbed, &items).await),
        announced(requests::connect_events(testbed).await),
        announced(requests::status(testbed, &items).await),
        announced(requests::unchanged_status(testbed, &items).await),
        announced(requests::lists(testbed).await),
        announced(requests::tokens(testbed).await),
        announced(requests::first_tokens(testbed).await),
        announced(requests::update_tokens(testbed, &items).await),
    ] {
        all.push(counted);
    }
    // Measured last, because it changes the cost of what comes after it.
    let after_an_erasure = events::changes_after_an_erasure(testbed, &items).await;
    all.insert(2, announced(after_an_erasure));
    all
}

fn announced(counted: Counted) -> Counted {
    eprintln!("counted: {}", counted.name);
    counted
}
