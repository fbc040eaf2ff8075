//! The routes of the app's API.

use reqwest::Method;
use uuid::Uuid;

/// Returns every route, with the path of an item that does not exist.
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
