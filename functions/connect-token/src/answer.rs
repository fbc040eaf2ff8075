//! Response body: the connect token, its expiry, and the widget's options.

use jiff::{SignedDuration, Timestamp};
use lambda_http::http::HeaderValue;
use lambda_http::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use lambda_http::{Body, Response};
use pluggy::{ConnectOptions, ConnectToken};
use runtime::RequestError;
use serde::Serialize;

/// Documented lifetime of a connect token, used when the token does not contain its expiry.
const CONNECT_TOKEN_LIFETIME: SignedDuration = SignedDuration::from_mins(30);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    access_token: &'a str,
    expires_at: Timestamp,
    connect: ConnectOptions,
}

pub(crate) fn answer(
    token: &ConnectToken,
    connect: ConnectOptions,
    now: Timestamp,
) -> Result<Response<Body>, RequestError> {
    let expires_at = client::expiry(token.expose(), now, CONNECT_TOKEN_LIFETIME);
    let answer = Answer {
        access_token: token.expose(),
        expires_at,
        connect,
    };
    let mut response = Response::new(Body::from(
        serde_json::to_string(&answer).map_err(|_| RequestError::unserializable())?,
    ));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
