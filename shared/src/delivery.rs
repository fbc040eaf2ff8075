//! A delivery as Pluggy makes it, to see whether our webhook answers before Pluggy is told about
//! it.

use http::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};

/// A test delivery that got no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The secret cannot be sent in a header.
    #[error("the webhook secret has characters that a header cannot carry")]
    Secret,
    /// Nobody answered.
    #[error("the webhook url does not answer")]
    Unanswered(#[source] reqwest::Error),
}

/// Posts `body` to `url` with the secret header and gives the status of the answer.
pub async fn deliver(
    http: &reqwest::Client,
    url: &str,
    header: &HeaderName,
    secret: &SecretString,
    body: &serde_json::Value,
) -> Result<u16, Error> {
    let mut value = HeaderValue::from_str(secret.expose_secret()).map_err(|_| Error::Secret)?;
    value.set_sensitive(true);
    let request = http.post(url).header(header, value);
    let request = request
        .header(http::header::CONTENT_TYPE, "application/json")
        .body(body.to_string());
    let answer = request
        .send()
        .await
        .map_err(|error| Error::Unanswered(error.without_url()))?;
    Ok(answer.status().as_u16())
}
