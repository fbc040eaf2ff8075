//! The identity provider of the app's users: discovery, keys and tokens, as a JWT authorizer needs them.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use jsonwebtoken::jwk::JwkSet;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::App;

const TOKEN_LIFETIME_SECONDS: i64 = 60 * 60;

pub(crate) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/.well-known/openid-configuration", get(configuration))
        .route("/oauth2/jwks", get(key_set))
        .route("/oauth2/token", post(issue_token))
}

async fn configuration(State(app): State<Arc<App>>) -> Json<Value> {
    let url = &app.url;
    Json(json!({
        "issuer": url,
        "jwks_uri": format!("{url}/oauth2/jwks"),
        "token_endpoint": format!("{url}/oauth2/token"),
        "grant_types_supported": ["password"],
        "response_types_supported": ["token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["none"],
    }))
}

async fn key_set(State(app): State<Arc<App>>) -> Result<Json<JwkSet>, TokenError> {
    let key = app.identity_key().map_err(|_| TokenError::ServerError)?;
    Ok(Json(JwkSet {
        keys: vec![key.jwk().clone()],
    }))
}

/// The body of a request for a token. Anyone may request a token for any user, because there is nothing to protect. The
/// other fields make a token like those of other providers, or one that an authorizer must refuse. An empty field omits
/// its claim.
#[derive(Deserialize)]
struct TokenRequest {
    grant_type: Option<String>,
    username: Option<String>,
    scope: Option<String>,
    audience: Option<String>,
    client_id: Option<String>,
    issuer: Option<String>,
    /// Seconds from now, as in the next two fields; negative is in the past.
    expires_in: Option<i64>,
    not_before: Option<i64>,
    issued_at: Option<i64>,
    signed_by: Option<Signer>,
}

/// The key that signs. Both keys name the published one in their header.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Signer {
    #[default]
    Provider,
    Impersonator,
}

#[derive(Serialize)]
struct Claims<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    iss: &'a str,
    sub: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<Audience<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<&'a str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    scope: &'a str,
    jti: Uuid,
    iat: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
    exp: i64,
}

/// One audience as a string, several as a list. Source: RFC 7519, section 4.1.3.
#[derive(Serialize)]
#[serde(untagged)]
enum Audience<'a> {
    One(&'a str),
    Several(Vec<&'a str>),
}

impl<'a> Audience<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let names: Vec<_> = text.split_whitespace().collect();
        match names[..] {
            [] => None,
            [name] => Some(Self::One(name)),
            _ => Some(Self::Several(names)),
        }
    }
}

async fn issue_token(
    State(app): State<Arc<App>>,
    request: Result<Form<TokenRequest>, axum::extract::rejection::FormRejection>,
) -> Result<Response, TokenError> {
    let Form(request) =
        request.map_err(|_| TokenError::InvalidRequest("the body is not a form"))?;
    let grant_type = request
        .grant_type
        .ok_or(TokenError::InvalidRequest("grant_type is missing"))?;
    if grant_type != "password" {
        return Err(TokenError::UnsupportedGrantType);
    }
    let username = request
        .username
        .filter(|name| !name.is_empty())
        .ok_or(TokenError::InvalidRequest("username is missing"))?;

    let settings = &app.settings;
    let scope = request.scope.as_deref().unwrap_or(&settings.token_scope);
    let expires_in = request.expires_in.unwrap_or(TOKEN_LIFETIME_SECONDS);
    let now = app.clock.now().as_second();
    let claims = Claims {
        iss: request.issuer.as_deref().unwrap_or(&app.url),
        sub: &username,
        aud: Audience::parse(
            request
                .audience
                .as_deref()
                .unwrap_or(&settings.token_audience),
        ),
        client_id: request.client_id.as_deref(),
        scope,
        jti: Uuid::new_v4(),
        iat: now.saturating_add(request.issued_at.unwrap_or(0)),
        nbf: request
            .not_before
            .map(|seconds| now.saturating_add(seconds)),
        exp: now.saturating_add(expires_in),
    };
    let key = app.identity_key().map_err(|_| TokenError::ServerError)?;
    let access_token = match request.signed_by.unwrap_or_default() {
        Signer::Provider => key.sign(&claims),
        Signer::Impersonator => key
            .impersonator()
            .map_err(|_| TokenError::ServerError)?
            .sign(&claims),
    }
    .map_err(|_| TokenError::ServerError)?;

    let body = json!({
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": expires_in,
        "scope": scope,
    });
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response())
}

/// The errors of RFC 6749, section 5.2.
enum TokenError {
    InvalidRequest(&'static str),
    UnsupportedGrantType,
    ServerError,
}

impl IntoResponse for TokenError {
    fn into_response(self) -> Response {
        let (status, error, description) = match self {
            Self::InvalidRequest(description) => {
                (StatusCode::BAD_REQUEST, "invalid_request", description)
            }
            Self::UnsupportedGrantType => (
                StatusCode::BAD_REQUEST,
                "unsupported_grant_type",
                "only grant_type=password is supported",
            ),
            Self::ServerError => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "server_error",
                "there is no key to sign with",
            ),
        };
        let body = json!({ "error": error, "error_description": description });
        (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
    }
}
