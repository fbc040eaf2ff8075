use pluggy::ItemId;
use serde_json::{Value, json};
use tests::{Deployment, sample};

use super::answer;
use crate::item_status::list;

/// Returns users whom a careless comparison, key or path confuses with each other.
pub(super) fn confusable() -> Vec<String> {
    let mut users: Vec<String> = [
        "usr_1",
        "USR_1",
        "usr_1 ",
        " usr_1",
        "usr_1\u{200b}",
        "usr_10",
        "usr_",
        "a",
        "a#b",
        "a/b",
        "a|b",
        "a:b",
        "a b",
        "a%23b",
        "auth0|5f7c8ec7c33c6c004bbafe82",
        "..",
        "../usr_1",
        "/",
        "ITEM#9a7b6c5d-0000-4000-8000-000000000001",
        "CONNECTOR#2",
        "caf\u{e9}",
        "cafe\u{301}",
        "\u{1f600}",
        "用户",
        "ß",
        "ss",
        "\u{ff41}",
        "{}",
        "\"a\"",
        "null",
        "*",
        "%",
    ]
    .map(str::to_owned)
    .to_vec();
    users.extend(["x", "é", "\u{1f600}"].map(|character| character.repeat(255)));
    users.push("x".repeat(254));
    users
}

/// Stores a row of this user's as item-sync writes it.
pub(super) async fn put_row(deployment: &Deployment, user: &str) -> ItemId {
    list::put_row(deployment, user, 1, ("UPDATED", "SUCCESS")).await
}

fn list(user: &str) -> Value {
    sample::as_user(sample::json("item-status/list.json"), user)
}

fn item(user: &str, item_id: ItemId) -> Value {
    let mut event = sample::json("item-status/item.json");
    event["pathParameters"]["itemId"] = json!(item_id);
    sample::as_user(event, user)
}

fn token_for(user: &str, item_id: ItemId) -> Value {
    let mut event = sample::json("connect-token/update-mode.json");
    event["body"] = json!({"itemId": item_id}).to_string().into();
    sample::as_user(event, user)
}

fn deletion(user: &str, item_id: ItemId) -> Value {
    let mut event = sample::json("disconnect/item.json");
    event["pathParameters"]["itemId"] = json!(item_id);
    sample::as_user(event, user)
}

async fn listed(deployment: &Deployment, user: &str) -> Value {
    let response = answer(deployment, &list(user)).await;
    let list: Value = serde_json::from_slice(response.body()).unwrap();
    list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["itemId"].clone())
        .collect()
}

#[tokio::test]
async fn every_user_finds_their_own_items_and_nobody_elses() {
    let deployment = Deployment::start().await;
    let mut owned = Vec::new();
    for user in confusable() {
        let item_id = put_row(&deployment, &user).await;
        owned.push((user, item_id));
    }

    for (user, own) in &owned {
        assert_eq!(listed(&deployment, user).await, json!([own]), "{user}");
        for (owner, item_id) in &owned {
            let response = answer(&deployment, &item(user, *item_id)).await;

            let expected = if owner == user { 200 } else { 404 };
            assert_eq!(response.status(), expected, "{user:?} asks for {owner:?}'s");
        }
    }
}

#[tokio::test]
async fn no_user_updates_or_ends_the_connection_of_a_user_with_a_similar_name() {
    let deployment = Deployment::start().await;
    let users = confusable();
    let item_id = put_row(&deployment, &users[0]).await;

    for user in &users[1..] {
        for event in [token_for(user, item_id), deletion(user, item_id)] {
            let response = answer(&deployment, &event).await;

            assert_eq!(response.status(), 404, "{user:?}");
        }
    }
    assert_eq!(deployment.pluggy.requests().len(), 0);
}

/// Follows a user id from the token through Pluggy and its webhook to the list. The name does not change.
#[tokio::test]
async fn a_connection_comes_back_to_the_user_who_made_it_whatever_their_id_is_made_of() {
    let deployment = Deployment::start().await;
    let users = [
        "a#b",
        "auth0|5f7c8ec7c33c6c004bbafe82",
        "..",
        "usr_1 ",
        "cafe\u{301}",
        &"\u{1f600}".repeat(255),
    ];
    let mut owned = Vec::new();
    for user in users {
        let item_id = deployment.connect(user, "user-ok").await;
        deployment
            .deliver(&json!({"event": "item/created", "eventId": item_id, "itemId": item_id}))
            .await;
        owned.push((user, item_id));
    }
    deployment.sync_all().await;

    for (user, item_id) in owned {
        assert_eq!(listed(&deployment, user).await, json!([item_id]), "{user}");
        let token = answer(&deployment, &token_for(user, item_id)).await;
        assert_eq!(token.status(), 200, "{user}");
    }
    assert_eq!(listed(&deployment, "a").await, json!([]));
    assert_eq!(listed(&deployment, "caf\u{e9}").await, json!([]));
    assert_eq!(listed(&deployment, "usr_1").await, json!([]));
}
