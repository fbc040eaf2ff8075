//! `POST /connect-token`, and `POST /users/{userId}/connect-token` for backends: a connect token for the user, and
//! the options for the widget.

mod answer;
mod config;
mod profile;
mod request;
mod update;

use std::time::Duration;

use jiff::Timestamp;
use lambda_http::{Body, Request, Response};
use pluggy::{ClientUserId, ConnectTokenRequest, ItemId};
use runtime::RequestError;
use runtime::caller::Callers;
use runtime::problem::Problem;
use store::{Items, StoredItem};

pub use config::Config;
pub use profile::{
    InvalidProfiles, InvalidSandboxConnectors, Profile, Profiles, SandboxConnectors,
};

use request::TokenRequest;

/// Time limit of the response. The timeout of the function is longer.
const DEADLINE: Duration = Duration::from_secs(12);

/// Dependencies of the function, built once during init.
pub struct App {
    /// The Pluggy client.
    pub pluggy: client::Client,
    /// The item table, for the owner of an item.
    pub items: Items,
    /// The deployment's profiles.
    pub profiles: Profiles,
    /// The callers that the function accepts.
    pub callers: Callers,
}

/// Handles one request.
pub async fn handle(app: &App, request: Request, now: Timestamp) -> Response<Body> {
    let answer = tokio::time::timeout(DEADLINE, run(app, &request, now)).await;
    match answer.unwrap_or_else(|_| Err(RequestError::too_slow())) {
        Ok(response) => {
            tracing::info!("connect token issued");
            response
        }
        Err(error) => error.into_response(&request),
    }
}

async fn run(app: &App, request: &Request, now: Timestamp) -> Result<Response<Body>, RequestError> {
    let user = app.callers.user(request)?;
    let wanted = TokenRequest::parse(request.body())?;
    let profile = wanted.profile(&app.profiles)?;
    let item_id = wanted.item_id;
    let mut connect = wanted.narrow(&profile.connect);
    let mut options = profile.token.clone();
    if let Some(item_id) = item_id {
        let item = own_item(&app.items, item_id, &user).await?;
        if !update::is_possible(&item) {
            return Err(Problem::item_not_updatable().into());
        }
        connect = update::connect_options(connect, &item, now);
        options = update::token_options(options);
    }
    options.client_user_id = Some(user);
    let token_request = ConnectTokenRequest { item_id, options };
    let created = app
        .pluggy
        .create_connect_token(&token_request, now)
        .await?
        .ok_or_else(Problem::item_not_found)?;
    answer::answer(&created.access_token, connect, now)
}

/// Checks that the item belongs to the caller. Any other item is reported as not found.
async fn own_item(
    items: &Items,
    item_id: ItemId,
    user: &ClientUserId,
) -> Result<StoredItem, RequestError> {
    let item = items.get(item_id).await;
    let item = item.map_err(RequestError::ours(store::Error::is_temporary))?;
    let own = item.filter(|item| item.is_shown_to(user));
    Ok(own.ok_or_else(Problem::item_not_found)?)
}
