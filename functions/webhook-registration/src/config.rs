//! Settings of the function.

use std::str::FromStr;

use client::https::{InvalidUrl, secure_url};
use pluggy::Webhook;
use runtime::env::{Environment, Error};
use runtime::secret::AcceptedSecrets;
use url::Url;

/// Settings of the function.
#[derive(Clone, Debug)]
pub struct Config {
    /// Address of Pluggy and location of its credentials.
    pub pluggy: runtime::PluggyConfig,
    /// `WEBHOOK_URL`: the address to register.
    pub webhook_url: WebhookUrl,
    /// `WEBHOOK_SECRET_HEADER` and `WEBHOOK_SECRET_SHA256`: the secrets that the webhook accepts.
    pub accepted: AcceptedSecrets,
    /// `METRICS_NAMESPACE`: the namespace of the metrics.
    pub metrics_namespace: String,
}

impl Config {
    /// Reads the settings.
    pub fn from_env(environment: &Environment) -> Result<Self, Error> {
        Ok(Self {
            pluggy: runtime::PluggyConfig::from_env(environment)?,
            webhook_url: environment.parsed(
                "WEBHOOK_URL",
                "an https URL, or an http one on the loopback",
            )?,
            accepted: AcceptedSecrets::from_env(environment)?,
            metrics_namespace: environment.required("METRICS_NAMESPACE")?,
        })
    }
}

/// The webhook's URL, as it is registered at Pluggy. It is https, because each delivery carries the secret,
/// or http on the loopback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookUrl(Url);

impl WebhookUrl {
    /// Returns the URL as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether it is the URL of a registration, in any notation. A registration without a URL is not ours.
    pub fn is_of(&self, webhook: &Webhook) -> bool {
        let url = webhook.url.as_deref();
        url.is_some_and(|text| Url::parse(text).is_ok_and(|url| url == self.0))
    }
}

impl FromStr for WebhookUrl {
    type Err = InvalidUrl;

    fn from_str(text: &str) -> Result<Self, InvalidUrl> {
        secure_url(text).map(Self)
    }
}
