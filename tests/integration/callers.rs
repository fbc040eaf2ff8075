//! The caller's identity in every function of the API. It comes from the claim of the verified token alone, or from the
//! path where IAM has authorized a backend.

mod backends;
mod claims;
mod other_users;
mod own_items;

use lambda_http::{Body, Response};
use runtime::clock::now;
use serde_json::Value;
use tests::{Deployment, sample};

/// A valid request of each route of the app.
pub(crate) const SAMPLES: [&str; 5] = [
    "connect-events/on-success.json",
    "connect-token/no-body.json",
    "disconnect/item.json",
    "item-status/item.json",
    "item-status/list.json",
];

/// A valid request of each route of a backend.
const BACKEND_SAMPLES: [&str; 5] = [
    "connect-events/backend.json",
    "connect-token/backend.json",
    "disconnect/backend.json",
    "item-status/backend-item.json",
    "item-status/backend-list.json",
];

/// Calls the function behind the event's route and returns its response.
pub(crate) async fn answer(deployment: &Deployment, event: &Value) -> Response<Body> {
    let request = sample::request_of(event);
    let (method, path) = event["routeKey"].as_str().unwrap().split_once(' ').unwrap();
    match (method, path.strip_prefix("/users/{userId}").unwrap_or(path)) {
        ("DELETE", "/items/{itemId}") => {
            disconnect::handle(&deployment.disconnect(), request, now()).await
        }
        ("POST", "/connect-events") => {
            connect_events::handle(&deployment.connect_events(), request, now()).await
        }
        ("POST", "/connect-token") => {
            connect_token::handle(&deployment.connect_token(), request, now()).await
        }
        ("GET", "/items" | "/items/{itemId}") => {
            item_status::handle(&deployment.item_status(), request, now()).await
        }
        _ => panic!("no function answers {method} {path}"),
    }
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
