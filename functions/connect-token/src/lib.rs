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
use pluggy::ConnectTokenRequest;
use runtime::RequestError;
use runtime::caller::Callers;
use runtime::metrics::Emitter;
use runtime::problem::Problem;
use runtime::user_limit;
use store::{Erasures, Items, Limited, Limits, Permit};

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
    /// The limit table, for the number of tokens of a user.
    pub limits: Limits,
    /// The markers of erased users, who get no token.
    pub erasures: Erasures,
    /// The deployment's profiles.
    pub profiles: Profiles,
    /// The callers that the function accepts.
    pub callers: Callers,
    /// The emitter for refusals of users who have reached the limit.
    pub metrics: Emitter,
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
    let unusable_table = RequestError::ours(store::Error::is_temporary);
    // Before anything is stored about the user.
    let is_erased = app.erasures.is_erased(&user, now).await;
    if is_erased.map_err(&unusable_table)? {
        return Err(Problem::user_erased().into());
    }
    // Counted before any further request, so that a refusal costs nothing else.
    let permit = app.limits.count(&user, Limited::ConnectToken, now).await;
    if let Permit::Refused {
        retry_after,
        is_first,
    } = permit.map_err(&unusable_table)?
    {
        return Err(user_limit::refuse(&app.metrics, request, retry_after, is_first, now).into());
    }
    let item_id = wanted.item_id;
    let mut connect = wanted.narrow(&profile.connect);
    let mut options = profile.token.clone();
    if let Some(item_id) = item_id {
        let item = update::updatable_item(&app.items, item_id, &user).await?;
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
