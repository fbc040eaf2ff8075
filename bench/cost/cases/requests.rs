//! Requests of a user's app.

use pluggy::ItemId;
use serde_json::{Value, json};
use tests::sample::{self, as_user};
use uuid::Uuid;

use crate::counted::Counted;
use crate::testbed::{Testbed, USER};

use super::events::{self, hand_over};

/// The number of first requests. Each starts a process.
const FIRST_REQUESTS: usize = 20;
const LISTED: usize = 3;

pub(super) async fn status(testbed: &Testbed, items: &[ItemId]) -> Counted {
    testbed.begin().await;
    for item_id in items.iter().cycle().take(testbed.requests()) {
        let event = of_item(*item_id);
        testbed.request("item-status", &event, 200).await;
    }
    through_the_api(testbed, "a status", testbed.requests()).await
}

pub(super) async fn unchanged_status(testbed: &Testbed, items: &[ItemId]) -> Counted {
    let mut event = of_item(items[0]);
    let answer = testbed.request("item-status", &event, 200).await;
    event["headers"]["if-none-match"] = answer["headers"]["etag"].clone();
    testbed.begin().await;
    for _ in 0..testbed.requests() {
        testbed.request("item-status", &event, 304).await;
    }
    through_the_api(
        testbed,
        "a status that has not changed (304)",
        testbed.requests(),
    )
    .await
}

pub(super) async fn lists(testbed: &Testbed) -> Counted {
    let mut event = as_user(sample::json("item-status/list.json"), USER);
    event["rawQueryString"] = format!("limit={LISTED}").into();
    event["queryStringParameters"] = json!({ "limit": LISTED.to_string() });
    testbed.begin().await;
    for _ in 0..testbed.requests() {
        testbed.request("item-status", &event, 200).await;
    }
    through_the_api(testbed, "a list of three", testbed.requests()).await
}

pub(super) async fn tokens(testbed: &Testbed) -> Counted {
    testbed.request("connect-token", &of_new_user(), 200).await;
    testbed.begin().await;
    for _ in 0..testbed.requests() {
        testbed.request("connect-token", &of_new_user(), 200).await;
    }
    through_the_api(testbed, "a token", testbed.requests()).await
}

pub(super) async fn first_tokens(testbed: &Testbed) -> Counted {
    testbed.begin().await;
    for _ in 0..FIRST_REQUESTS {
        testbed
            .invoke_first("connect-token", &of_new_user(), 200)
            .await;
    }
    through_the_api(
        testbed,
        "the first token of a process, with init",
        FIRST_REQUESTS,
    )
    .await
}

pub(super) async fn update_tokens(testbed: &Testbed, items: &[ItemId]) -> Counted {
    let mut event = as_user(sample::json("connect-token/no-body.json"), USER);
    event["body"] = json!({ "itemId": items[0] }).to_string().into();
    testbed.begin().await;
    for _ in 0..testbed.requests() {
        // The last period ended before.
        testbed.deployment.tables.forget_limits().await;
        testbed.request("connect-token", &event, 200).await;
    }
    through_the_api(testbed, "a token for an update", testbed.requests()).await
}

/// Measures hints from a frontend about items, and the fetches that they cause.
pub(super) async fn hints(testbed: &Testbed, items: &[ItemId]) -> Counted {
    testbed.deployment.tables.renew_hints(USER).await;
    testbed.begin().await;
    for item_id in items {
        let mut event = as_user(sample::json("connect-events/on-success.json"), USER);
        let mut body: Value = serde_json::from_str(event["body"].as_str().unwrap()).unwrap();
        body["item"]["id"] = item_id.to_string().into();
        event["body"] = body.to_string().into();
        testbed.request("connect-events", &event, 202).await;
    }
    hand_over(testbed, events::ALONE).await;
    through_the_api(testbed, "a hint, and its fetch", items.len()).await
}

/// Measures connect events that are not about an item.
pub(super) async fn connect_events(testbed: &Testbed) -> Counted {
    let event = as_user(sample::json("connect-events/on-open.json"), USER);
    testbed.begin().await;
    for _ in 0..testbed.requests() {
        testbed.request("connect-events", &event, 202).await;
    }
    through_the_api(
        testbed,
        "a connect event without an item",
        testbed.requests(),
    )
    .await
}

/// Adds one request to the API for each operation.
async fn through_the_api(testbed: &Testbed, name: &'static str, things: usize) -> Counted {
    Counted {
        api_requests: things,
        ..testbed.end(name, things).await
    }
}

fn of_item(item_id: ItemId) -> Value {
    let mut event = as_user(sample::json("item-status/item.json"), USER);
    event["rawPath"] = format!("/items/{item_id}").into();
    event["pathParameters"]["itemId"] = item_id.to_string().into();
    event["requestContext"]["requestId"] = Uuid::new_v4().to_string().into();
    event
}

/// Returns a request for a token of a user who has none of the last ten minutes.
fn of_new_user() -> Value {
    let user = Uuid::new_v4().to_string();
    as_user(sample::json("connect-token/no-body.json"), &user)
}
