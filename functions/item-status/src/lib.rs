//! `GET /items/{itemId}` and `GET /items`, and the same under `/users/{userId}` for backends: the state of a bank
//! connection and the user's next action, read from DynamoDB alone.

mod answer;
mod config;
mod page;
mod view;

use std::time::Duration;

use connection::Language;
use jiff::Timestamp;
use lambda_http::http::Method;
use lambda_http::http::header::ACCEPT_LANGUAGE;
use lambda_http::{Body, Request, RequestExt as _, Response};
use pluggy::ClientUserId;
use runtime::RequestError;
use runtime::caller::Callers;
use runtime::problem::Problem;
use store::{Connectors, Healths, Items};

pub use config::Config;

use page::PageRequest;
use view::{ItemList, ItemView};

/// Time limit of the response. The timeout of the function is longer.
const DEADLINE: Duration = Duration::from_secs(4);

/// Dependencies of the function, built once during init.
pub struct App {
    /// The items.
    pub items: Items,
    /// The connectors, for their health.
    pub connectors: Connectors,
    /// The callers that the function accepts.
    pub callers: Callers,
}

/// Handles one request.
pub async fn handle(app: &App, request: Request, now: Timestamp) -> Response<Body> {
    let answer = tokio::time::timeout(DEADLINE, run(app, &request, now)).await;
    match answer.unwrap_or_else(|_| Err(RequestError::too_slow())) {
        Ok(response) => {
            tracing::info!(status = response.status().as_u16(), "item status answered");
            response
        }
        Err(error) => error.into_response(&request),
    }
}

async fn run(app: &App, request: &Request, now: Timestamp) -> Result<Response<Body>, RequestError> {
    let user = app.callers.user(request)?;
    if request.method() != Method::GET {
        return Err(Problem::no_such_resource().into());
    }
    let accept_language = request
        .headers()
        .get(ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok());
    let language = Language::accepted(accept_language);
    match request
        .path_parameters_ref()
        .and_then(|parameters| parameters.first("itemId"))
    {
        Some(item_id) => one(app, request, item_id, &user, language, now).await,
        None => list(app, request, &user, language, now).await,
    }
}

async fn one(
    app: &App,
    request: &Request,
    item_id: &str,
    user: &ClientUserId,
    language: Language,
    now: Timestamp,
) -> Result<Response<Body>, RequestError> {
    let item_id = item_id
        .parse()
        .map_err(|_| Problem::invalid_field("itemId", "itemId must be a UUID."))?;
    let item = app.items.of_user(item_id, user).await;
    let item = item.map_err(RequestError::ours(store::Error::is_temporary))?;
    let item = item.ok_or_else(Problem::item_not_found)?;
    let healths = Healths::of(&app.connectors, [&item], now).await;
    let view = ItemView::new(&item, &healths, language, now);
    answer::answer(
        request.headers(),
        &view,
        view.cache_control(),
        answer::retry_after(view.phase),
        language,
    )
}

async fn list(
    app: &App,
    request: &Request,
    user: &ClientUserId,
    language: Language,
    now: Timestamp,
) -> Result<Response<Body>, RequestError> {
    let wanted = PageRequest::parse(request)?;
    let page = app
        .items
        .owned_by(user, wanted.limit, wanted.cursor.as_ref())
        .await
        .map_err(RequestError::ours(store::Error::is_temporary))?;
    let healths = Healths::of(&app.connectors, &page.items, now).await;
    let list = ItemList::new(&page, &healths, language, now);
    answer::answer(
        request.headers(),
        &list,
        list.cache_control(),
        list.retry_after(),
        language,
    )
}
