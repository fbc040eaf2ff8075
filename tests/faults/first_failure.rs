//! A failure at a new item's first event. Pluggy is down at that time, and later responses name no owner.

use jiff::SignedDuration;
use lambda_http::Request;
use pluggy::ItemId;
use sandbox::Switches;
use serde_json::{Value, json};
use tests::outage::unavailable;
use tests::sample;

use crate::figures::Figures;
use crate::proof;
use crate::simulation::Simulation;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
/// The longest wait after an hour of failed fetches.
const CONVERGED_WITHIN: SignedDuration = SignedDuration::from_hours(2);

#[tokio::test]
async fn a_new_item_whose_first_fetch_fails_ends_in_its_owners_list() {
    let mut simulation = Simulation::start().await;
    let users: Vec<String> = (0..proof::size(3, 30))
        .map(|number| format!("usr_{number}"))
        .collect();
    let mut owned = Vec::new();
    for (number, user) in users.iter().enumerate() {
        let bank_user = ["user-ok", "user-locked"][number % 2];
        let item_id = simulation.deployment.connect(user, bank_user).await;
        let status = ["UPDATED", "LOGIN_ERROR"][number % 2];
        simulation.deployment.item_reaches(item_id, status).await;
        owned.push((user.clone(), item_id));
    }
    let fault = unavailable("/items/");
    simulation.deployment.pluggy.add_fault(fault);
    for (number, (user, item_id)) in owned.iter().enumerate() {
        let event = ["item/created", "item/error"][number % 2];
        let event = json!({
            "event": event, "eventId": format!("first-{number}"), "itemId": item_id,
            "clientUserId": user,
        });
        assert_eq!(simulation.deployment.deliver(&event).await, 200);
    }
    simulation.feed().await;

    for _ in 0..60 {
        simulation.pass(MINUTE);
        simulation.scheduler().await;
        simulation.feed().await;
    }
    for (user, item_id) in &owned {
        assert_eq!(
            listed(&simulation, user).await,
            [(item_id.to_string(), "connecting".to_owned())]
        );
    }
    simulation.deployment.pluggy.clear_faults();
    simulation.deployment.pluggy.set_switches(Switches {
        omit_client_user_id: true,
        ..Switches::default()
    });
    let mut passed = SignedDuration::ZERO;
    while !are_fetched(&simulation, &owned).await {
        assert!(passed < CONVERGED_WITHIN);
        simulation.pass(MINUTE);
        passed += MINUTE;
        simulation.scheduler().await;
        simulation.feed().await;
    }

    for (user, item_id) in &owned {
        let list = listed(&simulation, user).await;
        let ids: Vec<&str> = list.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(ids, [item_id.to_string()], "{user}");
        assert_ne!(list[0].1, "connecting");
    }
    Figures::of("first failure")
        .with("items", owned.len())
        .with("simulated minutes of 500", 60)
        .with("minutes until fetched", passed.as_mins())
        .with("in the list of their owner", owned.len())
        .with("in another list", 0)
        .print();
}

async fn are_fetched(simulation: &Simulation, owned: &[(String, ItemId)]) -> bool {
    for (_, item_id) in owned {
        let row = simulation.row(*item_id).await.unwrap();
        if row.snapshot().is_none() {
            return false;
        }
    }
    true
}

/// Returns the ids and phases of the items that a user sees.
async fn listed(simulation: &Simulation, user: &str) -> Vec<(String, String)> {
    let request: Request = sample::get_items(user, &[]);
    let app = simulation.deployment.item_status();
    let answer = item_status::handle(&app, request, simulation.now).await;
    let list: Value = serde_json::from_slice(answer.body()).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    list["items"]
        .as_array()
        .unwrap_or_else(|| panic!("{list}"))
        .iter()
        .map(|item| (text(&item["itemId"]), text(&item["phase"])))
        .collect()
}
