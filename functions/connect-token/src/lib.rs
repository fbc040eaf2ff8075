//! `POST /connect-token`: a connect token for the signed-in user, and the options for the widget.

mod answer;
mod config;
mod error;
mod profile;
mod request;
mod update;

use std::time::Duration;

use jiff::Timestamp;
use lambda_http::{Body, Request, Response};
use pluggy::{ClientUserId, ConnectTokenRequest, ItemId};
use runtime::caller::{caller, request_id};
use store::{Items, StoredItem};

pub use config::Config;
pub use profile::{
    InvalidProfiles, InvalidSandboxConnectors, Profile, Profiles, SandboxConnectors,
};

use error::Error;
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
    /// The claim of the JWT that names the user.
    pub owner_claim: String,
}

/// Handles one request.
pub async fn handle(app: &App, request: Request, now: Timestamp) -> Response<Body> {
    let answer = tokio::time::timeout(DEADLINE, run(app, &request, now)).await;
    match answer.unwrap_or(Err(Error::TooSlow)) {
        Ok(response) => {
            tracing::info!("connect token issued");
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
    let wanted = TokenRequest::parse(request.body()).map_err(Error::Invalid)?;
    let profile = wanted.profile(&app.profiles).map_err(Error::Invalid)?;
    let item_id = wanted.item_id;
    let mut connect = wanted.narrow(&profile.connect);
    let mut options = profile.token.clone();
    if let Some(item_id) = item_id {
        let item = own_item(&app.items, item_id, &user).await?;
        if !update::is_possible(&item) {
            return Err(Error::NotUpdatable);
        }
        connect = update::connect_options(connect, &item, now);
        options = update::token_options(options);
    }
    options.client_user_id = Some(user);
    let token_request = ConnectTokenRequest { item_id, options };
    let created = app
        .pluggy
        .create_connect_token(&token_request, now)
        .await
        .map_err(Error::Pluggy)?;
    let created = created.ok_or(Error::ItemNotFound)?;
    answer::answer(&created.access_token, connect, now)
}

/// Checks that the item belongs to the caller. Any other item is reported as not found.
async fn own_item(
    items: &Items,
    item_id: ItemId,
    user: &ClientUserId,
) -> Result<StoredItem, Error> {
    let item = items.get(item_id).await.map_err(Error::Store)?;
    item.filter(|item| item.is_shown_to(user))
        .ok_or(Error::ItemNotFound)
}
