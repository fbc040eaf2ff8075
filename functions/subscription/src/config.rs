//! Settings of the function.

use std::fmt;
use std::str::FromStr;

use http::HeaderName;
use shared::env::{Environment, Error};
use shared::pluggy;
use url::Url;

/// Settings of the function.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where Pluggy is.
    pub pluggy: pluggy::Config,
    /// `WEBHOOK_URL`: the address to register.
    pub webhook_url: WebhookUrl,
    /// `WEBHOOK_SECRET_HEADER`: the header that deliveries carry.
    pub secret_header: HeaderName,
}

impl Config {
    /// Reads the settings.
    pub fn from_env(environment: &Environment) -> Result<Self, Error> {
        Ok(Self {
            pluggy: pluggy::Config::from_env(environment)?,
            webhook_url: environment.parsed("WEBHOOK_URL", "an https URL")?,
            secret_header: environment
                .parsed("WEBHOOK_SECRET_HEADER", "the name of an HTTP header")?,
        })
    }
}

/// The webhook's address, as it is registered at Pluggy: https, since the secret travels with each
/// delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookUrl(String);

impl WebhookUrl {
    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for WebhookUrl {
    type Err = InvalidWebhookUrl;

    fn from_str(text: &str) -> Result<Self, InvalidWebhookUrl> {
        let url = Url::parse(text).map_err(|_| InvalidWebhookUrl)?;
        (url.scheme() == "https" && url.has_host())
            .then(|| Self(text.to_owned()))
            .ok_or(InvalidWebhookUrl)
    }
}

impl fmt::Display for WebhookUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A text that Pluggy would not accept as a webhook's address.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an https URL")]
pub struct InvalidWebhookUrl;
