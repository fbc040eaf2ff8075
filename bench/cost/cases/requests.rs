//! What a user's app asks for.

use pluggy::ItemId;
use serde_json::{Value, json};
use tests::sample;
use uuid::Uuid;

use crate::counted::Counted;
use crate::stand::{Stand, USER};

use super::events::{self, hand_over};

/// Each of these starts a process.
const FIRST_REQUESTS: usize = 20;
const LISTED: usize = 3;

pub(super) async fn status(stand: &Stand, items: &[ItemId]) -> Counted {
    stand.begin().await;
    for item_id in items.iter().cycle().take(stand.requests()) {
        let event = of_item(*item_id);
        stand.request("item-status", &event, 200).await;
    }
    through_the_api(stand, "a status", stand.requests()).await
}

pub(super) async fn unchanged_status(stand: &Stand, items: &[ItemId]) -> Counted {
    let mut event = of_item(items[0]);
    let answer = stand.request("item-status", &event, 200).await;
    event["headers"]["if-none-match"] = answer["headers"]["etag"].clone();
    stand.begin().await;
    for _ in 0..stand.requests() {
        stand.request("item-status", &event, 304).await;
    }
    through_the_api(
        stand,
        "a status that has not changed (304)",
        stand.requests(),
    )
    .await
}

pub(super) async fn lists(stand: &Stand) -> Counted {
    let mut event = as_user(sample::json("item-status/list.json"));
    event["rawQueryString"] = format!("limit={LISTED}").into();
    event["queryStringParameters"] = json!({ "limit": LISTED.to_string() });
    stand.begin().await;
    for _ in 0..stand.requests() {
        stand.request("item-status", &event, 200).await;
    }
    through_the_api(stand, "a list of three", stand.requests()).await
}

pub(super) async fn tokens(stand: &Stand) -> Counted {
    let event = as_user(sample::json("connect-token/no-body.json"));
    stand.request("connect-token", &event, 200).await;
    stand.begin().await;
    for _ in 0..stand.requests() {
        stand.request("connect-token", &event, 200).await;
    }
    through_the_api(stand, "a token", stand.requests()).await
}

pub(super) async fn first_tokens(stand: &Stand) -> Counted {
    let event = as_user(sample::json("connect-token/no-body.json"));
    stand.begin().await;
    for _ in 0..FIRST_REQUESTS {
        stand.invoke_first("connect-token", &event, 200).await;
    }
    through_the_api(
        stand,
        "the first token of a process, with init",
        FIRST_REQUESTS,
    )
    .await
}

pub(super) async fn update_tokens(stand: &Stand, items: &[ItemId]) -> Counted {
    let mut event = as_user(sample::json("connect-token/no-body.json"));
    event["body"] = json!({ "itemId": items[0] }).to_string().into();
    stand.begin().await;
    for _ in 0..stand.requests() {
        stand.request("connect-token", &event, 200).await;
    }
    through_the_api(stand, "a token for an update", stand.requests()).await
}

/// What a frontend tells of an item, and the look that it leads to.
pub(super) async fn hints(stand: &Stand, items: &[ItemId]) -> Counted {
    stand.begin().await;
    for item_id in items {
        let mut event = as_user(sample::json("connect-events/on-success.json"));
        let mut body: Value = serde_json::from_str(event["body"].as_str().unwrap()).unwrap();
        body["item"]["id"] = item_id.to_string().into();
        event["body"] = body.to_string().into();
        stand.request("connect-events", &event, 202).await;
    }
    hand_over(stand, events::ALONE).await;
    through_the_api(stand, "a hint, and its look", items.len()).await
}

/// What a frontend tells that is about no item.
pub(super) async fn connect_events(stand: &Stand) -> Counted {
    let event = as_user(sample::json("connect-events/on-open.json"));
    stand.begin().await;
    for _ in 0..stand.requests() {
        stand.request("connect-events", &event, 202).await;
    }
    through_the_api(stand, "a connect event without an item", stand.requests()).await
}

/// Each of the things was one request to the API.
async fn through_the_api(stand: &Stand, name: &'static str, things: usize) -> Counted {
    Counted {
        api_requests: things,
        ..stand.end(name, things).await
    }
}

fn of_item(item_id: ItemId) -> Value {
    let mut event = as_user(sample::json("item-status/item.json"));
    event["rawPath"] = format!("/items/{item_id}").into();
    event["pathParameters"]["itemId"] = item_id.to_string().into();
    event["requestContext"]["requestId"] = Uuid::new_v4().to_string().into();
    event
}

fn as_user(mut event: Value) -> Value {
    event["requestContext"]["authorizer"]["jwt"]["claims"]["sub"] = USER.into();
    event
}
