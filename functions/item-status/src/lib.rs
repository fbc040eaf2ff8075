//! `GET /items/{itemId}` and `GET /items`: the state of a bank connection and the user's next action, read
//! from DynamoDB alone.

mod answer;
mod config;
mod error;
mod page;
mod view;

use std::time::Duration;

use connection::Language;
use jiff::Timestamp;
use lambda_http::http::Method;
use lambda_http::http::header::ACCEPT_LANGUAGE;
use lambda_http::{Body, Request, RequestExt as _, Response};
use pluggy::ClientUserId;
use runtime::caller::{caller, request_id};
use store::Healths;
use store::{Connectors, Items};

pub use config::Config;

use error::Error;
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
    /// The claim of the JWT that names the user.
    pub owner_claim: String,
}

/// Handles one request.
pub async fn handle(app: &App, request: Request, now: Timestamp) -> Response<Body> {
    let answer = tokio::time::timeout(DEADLINE, run(app, &request, now)).await;
    match answer.unwrap_or(Err(Error::TooSlow)) {
        Ok(response) => {
            tracing::info!(status = response.status().as_u16(), "item status answered");
            response
        }
        Err(error) => error
            .log()
            .into_problem(request_id(&request))
            .into_response(),
    }
}

async fn run(app: &App, request: &Request, now: Timestamp) -> Result<Response<Body>, Error> {
    let user = caller(request, &app.owner_claim).ok_or(Error::Unauthenticated)?;
    if request.method() != Method::GET {
        return Err(Error::NoSuchResource);
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
) -> Result<Response<Body>, Error> {
    let item_id = item_id
        .parse()
        .map_err(|_| Error::invalid("itemId", "itemId must be a UUID."))?;
    let item = app.items.get(item_id).await.map_err(Error::Store)?;
    let item = item
        .filter(|item| item.is_shown_to(user))
        .ok_or(Error::ItemNotFound)?;
    let healths = Healths::of(&app.connectors, [&item], now).await;
    let view = ItemView::new(&item, &healths, language, now);
    answer::answer(
        request.headers(),
        &view,
        view.storage(),
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
) -> Result<Response<Body>, Error> {
    let wanted = PageRequest::parse(request)?;
    let page = app
        .items
        .owned_by(user, wanted.limit, wanted.cursor.as_ref())
        .await
        .map_err(Error::Store)?;
    let healths = Healths::of(&app.connectors, &page.items, now).await;
    let list = ItemList::new(&page, &healths, language, now);
    answer::answer(
        request.headers(),
        &list,
        list.storage(),
        list.retry_after(),
        language,
    )
}
