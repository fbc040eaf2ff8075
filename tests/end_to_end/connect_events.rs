//! Widget events that a frontend relays through the gateway.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::connection::{connect, is_in_phase, issue_token};
use crate::stack::{Stack, json, new_user, text};

/// Relays an event as a user's frontend, and returns the status and body of the response.
async fn relay(stack: &Stack, user: &str, body: &Value) -> (u16, String) {
    let request = stack.api_as(user, Method::POST, "/connect-events").await;
    let answer = request.body(body.to_string()).send().await.unwrap();
    assert_eq!(answer.headers()["cache-control"], "no-store");
    (answer.status().as_u16(), answer.text().await.unwrap())
}

fn about(item_id: &str) -> Value {
    let item = json!({"id": item_id, "status": "UPDATED"});
    json!({"event": "onSuccess", "timestamp": 1_795_435_200_000_u64, "item": item})
}

#[tokio::test]
async fn a_hint_is_stored_once_for_each_user_and_every_item_gets_the_same_response() {
    let stack = Stack::running();
    let (owner, non_owner) = (new_user(), new_user());
    let id = connect(&stack, &owner, "user-ok").await;
    stack.item_once(&owner, &id, is_in_phase("ready")).await;
    issue_token(&stack, &non_owner).await;

    let mut answers = BTreeSet::new();
    for user in [&owner, &non_owner] {
        answers.insert(relay(&stack, user, &about(&id)).await);
        let nobodys = Uuid::new_v4().to_string();
        answers.insert(relay(&stack, user, &about(&nobodys)).await);
    }

    assert_eq!(answers, BTreeSet::from([(202, String::new())]));
    let rows = stack.event_rows(&format!("ITEM#{id}")).await;
    let hints = rows
        .iter()
        .filter(|row| row["origin"].as_s().unwrap() == "hint");
    assert_eq!(hints.count(), 2, "{rows:?}");
}

#[tokio::test]
async fn an_event_about_two_items_is_answered_with_the_name_of_the_field() {
    let stack = Stack::running();
    let event = json!({
        "event": "ITEM_RESPONSE",
        "itemId": "9a7b6c5d-0000-4000-8000-000000000001",
        "item": {"id": "9a7b6c5d-0000-4000-8000-000000000002"},
    });

    let (status, problem) = relay(&stack, &new_user(), &event).await;

    assert_eq!(status, 400);
    let problem: Value = serde_json::from_str(&problem).unwrap();
    assert_eq!(text(&problem, "/field"), "item.id");
}

#[tokio::test]
async fn a_hint_from_a_non_owner_does_not_show_the_item() {
    let stack = Stack::running();
    let (owner, non_owner) = (new_user(), new_user());
    let id = connect(&stack, &owner, "user-ok").await;
    stack.item_once(&owner, &id, is_in_phase("ready")).await;
    issue_token(&stack, &non_owner).await;

    relay(&stack, &non_owner, &about(&id)).await;
    // The stream has passed the hint from the non-owner once it has delivered this user's item.
    let next = connect(&stack, &non_owner, "user-ok").await;
    stack
        .item_once(&non_owner, &next, is_in_phase("ready"))
        .await;

    let path = format!("/items/{id}");
    let request = stack.api_as(&non_owner, Method::GET, &path).await;
    assert_eq!(request.send().await.unwrap().status(), 404);
    let request = stack.api_as(&non_owner, Method::GET, "/items").await;
    let list = json(request.send().await.unwrap()).await;
    assert_eq!(list["items"].as_array().unwrap().len(), 1, "{list}");
}
