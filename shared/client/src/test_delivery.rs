//! A delivery as Pluggy makes it, to see whether our webhook answers before Pluggy is told about
//! it.

use std::time::Duration;

use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Request};
use secrecy::{ExposeSecret as _, SecretString};

use crate::https;

/// Pluggy waits about as long.
const LIMIT: Duration = Duration::from_secs(5);

/// A test delivery that got no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The secret cannot be sent in a header.
    #[error("the webhook secret has characters that a header cannot carry")]
    Secret,
    /// Nobody answered.
    #[error("the webhook url does not answer")]
    Unanswered(#[source] https::Error),
}

/// Posts `body` to `url` with the secret header and gives the status of the answer.
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
