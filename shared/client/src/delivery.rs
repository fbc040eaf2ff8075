//! Test delivery in Pluggy's format. It shows whether our webhook responds before it is registered at Pluggy.

use std::time::Duration;

use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Request};
use secrecy::{ExposeSecret as _, SecretString};

use crate::https;

/// Time limit of a delivery, about the same as Pluggy's.
const LIMIT: Duration = Duration::from_secs(5);

/// A test delivery without a response.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The secret cannot be sent in a header.
    #[error("the webhook secret has characters that a header cannot carry")]
    Secret,
    /// The webhook did not respond.
    #[error("the webhook url does not answer")]
    Unanswered(#[source] https::Error),
}

/// Posts `body` to `url` with the secret header. Returns the status of the response.
pub async fn deliver(
    https: &https::Client,
    url: &str,
    header: &HeaderName,
    secret: &SecretString,
    body: &serde_json::Value,
) -> Result<u16, Error> {
    let mut value = HeaderValue::from_str(secret.expose_secret()).map_err(|_| Error::Secret)?;
    value.set_sensitive(true);
    let request = Request::post(url)
        .header(header, value)
        .header(CONTENT_TYPE, "application/json")
        .body(body.to_string().into_bytes())
        .map_err(|error| Error::Unanswered(https::Error::Request(error)))?;
    let answer = https.send(request, LIMIT).await;
    Ok(answer.map_err(Error::Unanswered)?.status().as_u16())
}
