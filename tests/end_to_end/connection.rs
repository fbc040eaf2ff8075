//! Bank connections from the first token to the last webhook.

use reqwest::Method;
use serde_json::{Value, json};

use crate::stack::{Stack, json, new_user, text};

const PERSONAL_BANK: u32 = 2;

/// Requests a connect token from our API, and returns the response.
pub(crate) async fn issue_token(stack: &Stack, user: &str) -> Value {
    let request = stack.api_as(user, Method::POST, "/connect-token").await;
    json(request.body("{}").send().await.unwrap()).await
}

/// Gets a connect token, connects an item with it as the widget does, and returns the item's id.
pub(crate) async fn connect(stack: &Stack, user: &str, bank_user: &str) -> String {
    let issued = issue_token(stack, user).await;
    assert_eq!(issued["connect"]["includeSandbox"], json!(true));

    let parameters = json!({"user": bank_user, "password": "password-ok"});
    let body = json!({"connectorId": PERSONAL_BANK, "parameters": parameters});
    let created = stack
        .sandbox(Method::POST, "/items")
        .header("x-api-key", text(&issued, "/accessToken"))
        .header("content-type", "application/json")
        .body(body.to_string())
        .send()
        .await
        .unwrap();
    text(&json(created).await, "/id").to_owned()
}

pub(crate) fn is_in_phase(phase: &str) -> impl Fn(&Value) -> bool {
    move |item| item["phase"] == phase
}

#[tokio::test]
async fn a_connection_goes_from_a_token_to_ready() {
    let stack = Stack::running();
    let user = new_user();

    let id = connect(&stack, &user, "user-ok").await;
    let item = stack.item_once(&user, &id, is_in_phase("ready")).await;

    assert_eq!(item["itemId"], json!(id));
    assert_eq!(item["status"], "UPDATED");
    assert_eq!(item["executionStatus"], "SUCCESS");
    assert_eq!(item["nextAction"]["kind"], "none");
    assert_eq!(item["connector"]["id"], json!(PERSONAL_BANK));
    assert_eq!(item["error"], Value::Null);
    let rows = stack.event_rows(&format!("ITEM#{id}")).await;
    let events: Vec<_> = rows
        .iter()
        .map(|row| row["event"].as_s().unwrap())
        .collect();
    assert!(
        events.iter().any(|event| *event == "item/created"),
        "{events:?}"
    );
}

#[tokio::test]
async fn the_list_has_the_users_items_newest_first() {
    let stack = Stack::running();
    let user = new_user();

    let first = connect(&stack, &user, "user-ok").await;
    stack.item_once(&user, &first, is_in_phase("ready")).await;
    let second = connect(&stack, &user, "user-ok").await;
    stack.item_once(&user, &second, is_in_phase("ready")).await;
    let request = stack.api_as(&user, Method::GET, "/items").await;
    let list = json(request.send().await.unwrap()).await;

    let ids: Vec<_> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| text(item, "/itemId"))
        .collect();
    assert_eq!(ids, [second, first]);
}

#[tokio::test]
async fn a_device_to_authorize_is_shown_and_webhooks_alone_bring_the_rest() {
    let stack = Stack::running();
    let user = new_user();

    let id = connect(&stack, &user, "user-ok-auth-pending").await;
    let pending = stack
        .item_once(&user, &id, is_in_phase("waiting_user"))
        .await;
    let authorized = stack
        .sandbox(Method::POST, &format!("/sandbox/items/{id}/authorize"))
        .send()
        .await
        .unwrap();
    let ready = stack.item_once(&user, &id, is_in_phase("ready")).await;

    assert_eq!(pending["executionStatus"], "USER_AUTHORIZATION_PENDING");
    assert_eq!(pending["nextAction"]["kind"], "authorize_device");
    assert!(!text(&pending, "/nextAction/message").is_empty());
    assert!(authorized.status().is_success());
    assert_eq!(ready["executionStatus"], "SUCCESS");
    let rows = stack.event_rows(&format!("ITEM#{id}")).await;
    assert!(
        rows.iter()
            .all(|row| row["origin"].as_s().unwrap() == "webhook"),
        "{rows:?}"
    );
}

#[tokio::test]
async fn wrong_credentials_ask_the_user_to_connect_again() {
    let stack = Stack::running();
    let user = new_user();

    let id = connect(&stack, &user, "nobody-the-bank-knows").await;
    let item = stack.item_once(&user, &id, is_in_phase("reconnect")).await;

    assert_eq!(item["status"], "LOGIN_ERROR");
    assert_eq!(item["error"]["code"], "INVALID_CREDENTIALS");
}

#[tokio::test]
async fn an_update_needs_the_users_own_item() {
    let stack = Stack::running();
    let owner = new_user();
    let id = connect(&stack, &owner, "user-ok").await;
    stack.item_once(&owner, &id, is_in_phase("ready")).await;
    let body = json!({"itemId": id}).to_string();

    let own = stack.api_as(&owner, Method::POST, "/connect-token").await;
    let own = own.body(body.clone()).send().await.unwrap();
    let foreign = stack
        .api_as(&new_user(), Method::POST, "/connect-token")
        .await;
    let foreign = foreign.body(body).send().await.unwrap();

    assert_eq!(json(own).await["connect"]["updateItem"], json!(id));
    assert_eq!(foreign.status(), 404);
}

#[tokio::test]
async fn a_foreign_item_and_an_unknown_item_get_the_same_response() {
    let stack = Stack::running();
    let owner = new_user();
    let id = connect(&stack, &owner, "user-ok").await;
    stack.item_once(&owner, &id, is_in_phase("ready")).await;
    let other_user = new_user();
    let unknown = uuid::Uuid::new_v4().to_string();

    let mut answers = Vec::new();
    for id in [id, unknown] {
        let request = stack
            .api_as(&other_user, Method::GET, &format!("/items/{id}"))
            .await;
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 404);
        answers.push(answer.bytes().await.unwrap());
    }

    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn a_bank_outage_is_shown_on_a_connection_to_it() {
    let stack = Stack::running();
    let user = new_user();
    let id = connect(&stack, &user, "user-ok").await;
    stack.item_once(&user, &id, is_in_phase("ready")).await;

    set_health(&stack, "UNSTABLE").await;
    let unstable = |item: &Value| item["connector"]["health"] == "UNSTABLE";
    stack.item_once(&user, &id, unstable).await;
    set_health(&stack, "ONLINE").await;
    let online = |item: &Value| item["connector"]["health"] == "ONLINE";
    stack.item_once(&user, &id, online).await;
}

async fn set_health(stack: &Stack, status: &str) {
    let answer = stack
        .sandbox(
            Method::PUT,
            &format!("/sandbox/connectors/{PERSONAL_BANK}/health"),
        )
        .header("content-type", "application/json")
        .body(json!({ "status": status }).to_string())
        .send()
        .await
        .unwrap();
    assert!(answer.status().is_success(), "{}", answer.status());
}
