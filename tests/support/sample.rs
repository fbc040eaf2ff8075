//! The sample events under `events/`.

use std::path::Path;

use lambda_http::request::LambdaRequest;
use lambda_http::{Context, LambdaEvent, Request};
use pluggy::ItemId;
use runtime::request_sanitizer::without_address;
use serde_json::Value;
use uuid::Uuid;

/// Returns the sample at `events/<path>`.
pub fn json(path: &str) -> Value {
    let file = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../events")).join(path);
    let text = std::fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    serde_json::from_str(&text).unwrap()
}

/// Returns the request that the runtime makes from a sample.
pub fn request(path: &str) -> Request {
    request_of(&json(path))
}

/// Returns the request that our runtime makes from the event of a gateway or function URL.
pub fn request_of(event: &Value) -> Request {
    let payload: LambdaRequest = serde_json::from_value(event.clone()).unwrap();
    let event = LambdaEvent::new(payload, Context::default());
    without_address(event).payload.into()
}

/// Returns a gateway's event with `user` as the caller.
pub fn as_user(mut event: Value, user: &str) -> Value {
    event["requestContext"]["authorizer"]["jwt"]["claims"]["sub"] = user.into();
    event
}

/// Returns a gateway's event for `user`, with the fields of a sample and another body.
pub fn with_body(path: &str, user: &str, body: &Value) -> Request {
    let mut event = as_user(json(path), user);
    event["body"] = body.to_string().into();
    request_of(&event)
}

/// Returns a delivery of a new event about an item, as the function URL passes it on.
pub fn delivery(event: &str, item_id: ItemId, user: &str) -> Value {
    let mut delivery = match event {
        "transactions/created" => json("webhook/transactions-created.json"),
        _ => json("webhook/item-updated.json"),
    };
    let mut body: Value = serde_json::from_str(delivery["body"].as_str().unwrap()).unwrap();
    body["event"] = event.into();
    body["eventId"] = Uuid::new_v4().to_string().into();
    body["itemId"] = item_id.to_string().into();
    body["clientUserId"] = user.into();
    delivery["body"] = body.to_string().into();
    delivery
}

/// Returns `GET /items/{itemId}` as `user`, with further headers.
pub fn get_item(user: &str, item_id: &str, headers: &[(&str, &str)]) -> Request {
    let mut event = as_user(json("item-status/item.json"), user);
    event["rawPath"] = format!("/items/{item_id}").into();
    event["pathParameters"]["itemId"] = item_id.into();
    for (name, value) in headers {
        event["headers"][*name] = (*value).into();
    }
    request_of(&event)
}

/// Returns `DELETE /items/{itemId}` as `user`.
pub fn delete_item(user: &str, item_id: &str) -> Request {
    let mut event = as_user(json("disconnect/item.json"), user);
    event["rawPath"] = format!("/items/{item_id}").into();
    event["pathParameters"]["itemId"] = item_id.into();
    request_of(&event)
}

/// Returns `GET /items` as `user`, with a query.
pub fn get_items(user: &str, query: &[(&str, &str)]) -> Request {
    let mut event = as_user(json("item-status/list.json"), user);
    let pairs: Vec<String> = query
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    event["rawQueryString"] = pairs.join("&").into();
    for (name, value) in query {
        event["queryStringParameters"][*name] = (*value).into();
    }
    request_of(&event)
}
