use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::app::App;
use crate::body;
use crate::caller::{ApiKey, Caller};
use crate::endpoint;
use crate::error::Error;
use crate::item_options::ItemOptions;

pub(crate) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/auth", post(create_api_key))
        .route("/connect_token", post(create_connect_token))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Credentials {
    client_id: String,
    client_secret: SecretString,
}

async fn create_api_key(State(app): State<Arc<App>>, body: Bytes) -> Result<Json<Value>, Error> {
    let credentials: Credentials = body::parse(&body)?;
    let (switches, epoch, secret) = {
        let database = app.database();
        let secret = database.client_secret.clone();
        (database.switches, database.key_epoch, secret)
    };
    let secret = secret.as_ref().unwrap_or(&app.settings.client_secret);
    if switches.reject_secrets || !are_right(&credentials, &app, secret) {
        return Err(Error::described(
            StatusCode::UNAUTHORIZED,
            "CLIENT_KEYS_UNAUTHORIZED",
            "Client keys are invalid",
        ));
    }
    let api_key = Caller::ApiKey { epoch }.sign(&app)?;
    Ok(Json(json!({ "apiKey": api_key })))
}

fn are_right(credentials: &Credentials, app: &App, secret: &SecretString) -> bool {
    let digest = |secret: &SecretString| Sha256::digest(secret.expose_secret());
    let is_secret = digest(&credentials.client_secret).ct_eq(&digest(secret));
    credentials.client_id.parse() == Ok(app.settings.client_id) && is_secret.into()
}

/// The body of a request for a connect token. Options outside `options` have no effect and cause no error.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConnectTokenRequest {
    item_id: Option<String>,
    options: Option<ItemOptions>,
}

async fn create_connect_token(
    _: ApiKey,
    State(app): State<Arc<App>>,
    body: Bytes,
) -> Result<Json<Value>, Error> {
    let request: ConnectTokenRequest = body::parse_optional(&body)?;
    let access_token = connect_token(&app, request)?;
    Ok(Json(json!({ "accessToken": access_token })))
}

/// Returns a new connect token.
pub(super) fn connect_token(app: &App, request: ConnectTokenRequest) -> Result<String, Error> {
    let options = request.options.unwrap_or_default();
    check(&options, app)?;

    let item_id = request.item_id.as_deref().map(body::parse_id).transpose()?;
    let id = Uuid::new_v4();
    {
        let mut database = app.database();
        if item_id.is_some_and(|item_id| !database.connections.contains_key(&item_id)) {
            return Err(Error::item_not_found());
        }
        database.token_options.insert(id, options);
    }
    Caller::ConnectToken { id, item_id }.sign(app)
}

fn check(options: &ItemOptions, app: &App) -> Result<(), Error> {
    let webhook_refusal = options
        .webhook_url
        .as_deref()
        .and_then(|url| endpoint::refusal(url, app.settings.allow_loopback_webhooks));
    if let Some(refusal) = webhook_refusal {
        return Err(Error::bad_request(refusal));
    }
    match options.oauth_redirect_uri.as_deref() {
        Some(uri) if uri.contains("://localhost") || uri.contains("://127.0.0.1") => {
            Err(Error::bad_request("The oauthRedirectUri must not be local"))
        }
        _ => Ok(()),
    }
}
