//! The event of each measured function.

use runtime::clock;
use serde_json::{Value, json};

use crate::sample;

use super::{FLOOR, RIVAL, Testbed};

pub(super) fn event(testbed: &Testbed, name: &str, number: u64) -> Value {
    match name {
        FLOOR => sample::json("item-status/item.json"),
        "webhook" | RIVAL => delivery(testbed, number),
        "item-status" => of_item(testbed, "item-status/item.json"),
        "connect-token" => token(number),
        "connect-events" => callback(number),
        "item-sync" | "publish" => batch(&testbed.records[..1], number),
        other => panic!("{other} has no event here"),
    }
}

/// Returns a webhook delivery with its own id.
fn delivery(testbed: &Testbed, number: u64) -> Value {
    let body = json!({
        "event": "item/updated", "eventId": event_id(number), "itemId": testbed.item_id,
        "triggeredBy": "USER", "clientUserId": super::USER,
    });
    let mut event = sample::json("webhook/item-updated.json");
    event["body"] = body.to_string().into();
    event
}

/// Returns a request about the caller's item.
fn of_item(testbed: &Testbed, path: &str) -> Value {
    let mut event = sample::as_user(sample::json(path), super::USER);
    event["rawPath"] = format!("/items/{}", testbed.item_id).into();
    event["pathParameters"]["itemId"] = testbed.item_id.to_string().into();
    event
}

/// Returns a request for a token of a user who has not requested one before, so that no user reaches the limit.
fn token(number: u64) -> Value {
    sample::as_user(
        sample::json("connect-token/no-body.json"),
        &event_id(number),
    )
}

/// Returns a connect event from a frontend, about an item that it has not mentioned before.
fn callback(number: u64) -> Value {
    let event = sample::json("connect-events/on-success.json");
    let mut event = sample::as_user(event, super::USER);
    let mut body: Value = serde_json::from_str(event["body"].as_str().unwrap()).unwrap();
    body["item"]["id"] = event_id(number).into();
    event["body"] = body.to_string().into();
    event
}

/// Returns records of the event table's stream, for events that have just arrived.
pub(super) fn batch(records: &[Value], number: u64) -> Value {
    let mut records = records.to_vec();
    for (place, record) in records.iter_mut().enumerate() {
        let change = &mut record["dynamodb"];
        for image in ["Keys", "NewImage"] {
            change[image]["sk"]["S"] = format!("{}-{place}", event_id(number)).into();
        }
        change["NewImage"]["receivedAt"]["N"] = clock::now().as_millisecond().to_string().into();
    }
    json!({ "Records": records })
}

fn event_id(number: u64) -> String {
    format!("5cee0000-0000-4000-8001-{number:012x}")
}
