//! The routes of the API.

use reqwest::Method;
use uuid::Uuid;

/// Returns every route of the app, with the path of an item that does not exist.
pub(crate) fn of_the_app() -> [(Method, String); 5] {
    let item = format!("/items/{}", Uuid::new_v4());
    [
        (Method::POST, "/connect-token".to_owned()),
        (Method::POST, "/connect-events".to_owned()),
        (Method::GET, "/items".to_owned()),
        (Method::GET, item.clone()),
        (Method::DELETE, item),
    ]
}

/// Returns every route of a backend for a user, with the path of an item that does not exist.
pub(crate) fn of_a_backend(user: &str) -> [(Method, String); 5] {
    of_the_app().map(|(method, path)| (method, format!("/users/{user}{path}")))
}
