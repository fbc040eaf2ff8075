//! The caller's identity in every function of the app's API. It comes from the claim of the verified token alone.

mod claims;
mod other_users;
mod own_items;

use lambda_http::{Body, Response};
use runtime::clock::now;
use serde_json::Value;
use tests::{Deployment, sample};

/// A valid request of each route.
const SAMPLES: [&str; 5] = [
    "connect-events/on-success.json",
    "connect-token/no-body.json",
    "disconnect/item.json",
    "item-status/item.json",
    "item-status/list.json",
];

/// Calls the function behind the event's route and returns its response.
async fn answer(deployment: &Deployment, event: &Value) -> Response<Body> {
    let request = sample::request_of(event);
    match event["routeKey"].as_str().unwrap() {
        "DELETE /items/{itemId}" => {
            disconnect::handle(&deployment.disconnect(), request, now()).await
        }
        "POST /connect-events" => {
            connect_events::handle(&deployment.connect_events(), request, now()).await
        }
        "POST /connect-token" => {
            connect_token::handle(&deployment.connect_token(), request, now()).await
        }
        "GET /items" | "GET /items/{itemId}" => {
            item_status::handle(&deployment.item_status(), request, now()).await
        }
        route => panic!("no function answers {route}"),
    }
}

/// Returns the event in the name of another user.
fn in_the_name_of(user: &str, mut event: Value) -> Value {
    event["requestContext"]["authorizer"]["jwt"]["claims"]["sub"] = user.into();
    event
}

/// Returns every part of a response that its receiver sees.
fn seen(response: &Response<Body>) -> String {
    format!(
        "{} {:?} {}",
        response.status(),
        response.headers(),
        String::from_utf8_lossy(response.body())
    )
}
