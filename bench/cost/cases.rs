//! What is counted.

mod events;
mod requests;

use crate::counted::Counted;
use crate::stand::Stand;

/// How many items events are about.
const ITEMS: usize = 100;

pub(crate) async fn run_all(stand: &Stand) -> Vec<Counted> {
    let items = stand.connect(ITEMS).await;
    events::make_known(stand, &items).await;
    let mut all = Vec::new();
    for counted in [
        told(events::changes(stand, &items, events::ALONE).await),
        told(events::changes(stand, &items, events::FULL).await),
        told(events::news(stand, &items).await),
        told(events::read_before(stand, &items).await),
        told(events::duplicates(stand, &items).await),
        told(events::checks(stand, &items).await),
        told(events::idle_ticks(stand).await),
        told(requests::hints(stand, &items).await),
        told(requests::connect_events(stand).await),
        told(requests::status(stand, &items).await),
        told(requests::unchanged_status(stand, &items).await),
        told(requests::lists(stand).await),
        told(requests::tokens(stand).await),
        told(requests::first_tokens(stand).await),
        told(requests::update_tokens(stand, &items).await),
    ] {
        all.push(counted);
    }
    all
}

fn told(counted: Counted) -> Counted {
    eprintln!("counted: {}", counted.name);
    counted
}
