//! HTTP exchange with Pluggy: a request, and a typed response or error.

use std::time::Duration;

use http::Request;
use http::header::{CONTENT_TYPE, HeaderValue, USER_AGENT};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::call::Call;
use crate::failed_response::{Failure, rate_limit_reset};
use crate::https::{self, Limits, Trust};
use crate::{BaseUrl, Error, Unreadable};
use pluggy::{ApiKey, ErrorBody};

/// Time limits of a connection. Longer waits mean that the network is broken.
const LIMITS: Limits = Limits {
    connect: Duration::from_secs(2),
    acknowledge: Duration::from_millis(1_500),
};
/// Time limit of one exchange. Two exchanges, with a refused key and with a new one, still fit into a
/// function's time limit.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
const PRODUCT: &str = concat!("pluggy-lambda/", env!("CARGO_PKG_VERSION"));

/// Pluggy's HTTP API without authentication; [`super::Client`] adds it.
#[derive(Clone, Debug)]
pub struct Api {
    https: https::Client,
    base_url: BaseUrl,
}

impl Api {
    /// Creates the API at `base_url`. Makes no network call.
    pub fn new(trust: &Trust, base_url: BaseUrl) -> Self {
        let https = https::Client::new(trust, LIMITS);
        Self { https, base_url }
    }

    /// Opens a connection before the first call, if possible within `budget`.
    pub(super) async fn open(&self, budget: Duration) {
        if let Ok(server) = self.base_url.as_str().parse() {
            self.https.open(&server, budget).await;
        }
    }

    /// Makes one exchange. A repeatable call is retried once if its connection was lost: an idle connection
    /// may have died while the process was frozen.
    pub(super) async fn exchange<T: DeserializeOwned>(
        &self,
        call: &Call,
        key: Option<&ApiKey>,
        body: Option<&impl Serialize>,
    ) -> Result<T, Failure> {
        match self.attempt(call, key, body).await {
            Err(failure) if call.repeatable && failure.is_lost_connection() => {
                self.attempt(call, key, body).await
            }
            answer => answer,
        }
    }

    async fn attempt<T: DeserializeOwned>(
        &self,
        call: &Call,
        key: Option<&ApiKey>,
        body: Option<&impl Serialize>,
    ) -> Result<T, Failure> {
        let mut request = Request::builder()
            .method(call.method.clone())
            .uri(self.base_url.join(call).as_str())
            .header(USER_AGENT, PRODUCT);
        if let Some(key) = key {
            request = request.header("X-API-KEY", sensitive(key)?);
        }
        let mut json = Vec::new();
        if let Some(body) = body {
            json = serde_json::to_vec(body).map_err(|error| malformed(&error))?;
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let request = request.body(json).map_err(https::Error::Request);
        let response = self
            .https
            .send(request.map_err(unavailable)?, REQUEST_TIMEOUT);
        let response = response.await.map_err(unavailable)?;
        let status = response.status();
        let rate_limit_reset = rate_limit_reset(response.headers());
        let body = response.into_body();
        if status.is_success() {
            let bytes = body.map_err(|error| unreadable(Unreadable::TooLong(error)))?;
            // An empty list may have status 204.
            let json: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
            return pluggy::parse(json).map_err(|error| malformed(&error));
        }
        Err(Failure::Status {
            status,
            body: Box::new(ErrorBody::parse(&body.unwrap_or_default())),
            rate_limit_reset,
        })
    }
}

fn sensitive(key: &ApiKey) -> Result<HeaderValue, Failure> {
    let mut value =
        HeaderValue::from_str(key.expose()).map_err(|_| Failure::Error(Error::KeyRefused))?;
    value.set_sensitive(true);
    Ok(value)
}

fn unavailable(error: https::Error) -> Failure {
    Failure::Error(Error::Unavailable {
        status: None,
        error_id: None,
        source: Some(error),
    })
}

/// Returns the position of the error only, because serde's text would quote the body.
fn malformed(error: &serde_json::Error) -> Failure {
    unreadable(Unreadable::Malformed {
        line: error.line(),
        column: error.column(),
    })
}

fn unreadable(reason: Unreadable) -> Failure {
    Failure::Error(Error::Unreadable(reason))
}
