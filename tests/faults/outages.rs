//! Lost webhooks and a stream that loses records. The rows of all items known before converge by themselves.

use jiff::SignedDuration;
use pluggy::ItemId;
use serde_json::json;

use crate::figures::Figures;
use crate::proof;
use crate::simulation::Simulation;

const USER: &str = "usr_01J9X";
const STEP: SignedDuration = SignedDuration::from_mins(15);
/// The longest time between two fetches of a live row, plus the time of a tick and a batch.
const CONVERGED_WITHIN: SignedDuration = SignedDuration::from_hours(25);

#[tokio::test]
async fn items_converge_after_hours_without_webhooks() {
    let mut simulation = Simulation::start().await;
    let items = known_items(&mut simulation).await;

    // Four hours in which every item changes each hour, and Pluggy's webhooks are lost.
    let mut changes = 0;
    for step in 0..16 {
        if step % 4 == 0 {
            change(&simulation, &items).await;
            changes += items.len();
        }
        simulation.pass(STEP);
        simulation.scheduler().await;
        simulation.feed().await;
    }
    let wrong = simulation.not_converged(&items).await.len();
    let took = converge(&mut simulation, &items).await;

    Figures::of("outage of webhooks")
        .with("items", items.len())
        .with("lost webhooks", changes)
        .with("simulated hours", 4)
        .with("wrong at its end", wrong)
        .with("not converged", 0)
        .with(
            "hours until converged",
            format!("{:.2}", took.as_secs_f64() / 3600.0),
        )
        .print();
    assert!(wrong > 0, "nothing was lost, so nothing was proven");
}

#[tokio::test]
async fn items_converge_after_the_stream_has_forgotten_their_events() {
    let mut simulation = Simulation::start().await;
    let items = known_items(&mut simulation).await;

    // The mapping is off for longer than the stream's 24 hours. Webhooks and fetch requests are stored, but nothing
    // reads them.
    change(&simulation, &items).await;
    for step in 0..100 {
        if step < 50 {
            let item_id = items[step % items.len()];
            store_event(&simulation, &format!("unread-{step}"), item_id).await;
        }
        simulation.pass(STEP);
        simulation.scheduler().await;
    }
    let forgotten = simulation.forget().await;
    let wrong = simulation.not_converged(&items).await.len();
    let took = converge(&mut simulation, &items).await;

    Figures::of("outage of the stream")
        .with("items", items.len())
        .with("events never read", forgotten)
        .with("simulated hours", 25)
        .with("wrong at its end", wrong)
        .with("not converged", 0)
        .with(
            "hours until converged",
            format!("{:.2}", took.as_secs_f64() / 3600.0),
        )
        .print();
    assert_eq!(wrong, items.len());
}

/// Returns items that were fetched once and are settled.
async fn known_items(simulation: &mut Simulation) -> Vec<ItemId> {
    let mut items = Vec::new();
    for _ in 0..proof::size(10, 200) {
        items.push(simulation.deployment.connect(USER, "user-ok").await);
    }
    for item_id in &items {
        simulation
            .deployment
            .item_reaches(*item_id, "UPDATED")
            .await;
        store_event(simulation, "known", *item_id).await;
    }
    simulation.feed().await;
    assert!(simulation.not_converged(&items).await.is_empty());
    items
}

async fn store_event(simulation: &Simulation, event_id: &str, item_id: ItemId) {
    let event = json!({
        "event": "item/updated", "eventId": event_id, "itemId": item_id, "clientUserId": USER,
    });
    assert_eq!(simulation.deployment.deliver(&event).await, 200);
}

/// Lets Pluggy update every item without a webhook.
async fn change(simulation: &Simulation, items: &[ItemId]) {
    for item_id in items {
        let id = item_id.to_string().parse().unwrap();
        assert!(simulation.deployment.pluggy.sync(id));
    }
    for item_id in items {
        simulation
            .deployment
            .item_reaches(*item_id, "UPDATED")
            .await;
    }
}

/// Runs until every row is right, and returns the time that it took.
async fn converge(simulation: &mut Simulation, items: &[ItemId]) -> SignedDuration {
    let began = simulation.now;
    loop {
        let others = simulation.not_converged(items).await;
        let passed = simulation.now.duration_since(began);
        if others.is_empty() {
            return passed;
        }
        assert!(passed <= CONVERGED_WITHIN, "not converged: {others:?}");
        simulation.pass(STEP);
        simulation.scheduler().await;
        simulation.feed().await;
    }
}
