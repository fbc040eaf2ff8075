//! HTTP exchange with Pluggy: a request, and a typed response or error.

use std::time::Duration;

use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT};
use http::{Request, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::call::Call;
use crate::https::{self, Limits, Trust};
use crate::{BaseUrl, Error};
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

/// Wait when Pluggy sends no `RateLimit-Reset`. Its `Retry-After` always has this value.
const DEFAULT_RATE_LIMIT_WAIT: Duration = Duration::from_mins(1);
/// Longest wait that is accepted. Pluggy counts rate limits per minute, so a longer one is an error.
const LONGEST_RATE_LIMIT_WAIT: Duration = Duration::from_mins(15);

/// Pluggy's HTTP API without authentication; [`super::Client`] adds it.
#[derive(Clone, Debug)]
pub struct Api {
    https: https::Client,
    base_url: BaseUrl,
}

/// A request without the expected response, before its meaning is known.
#[derive(Debug)]
pub(super) enum Failure {
    /// A response other than 2xx.
    Status {
        status: StatusCode,
        body: Box<ErrorBody>,
        rate_limit_reset: Option<Duration>,
    },
    /// No response, or one that cannot be read.
    Error(Error),
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
            json = serde_json::to_vec(body).map_err(|error| unreadable(&error))?;
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let request = request.body(json).map_err(https::Error::Request);
        let response = self
            .https
            .send(request.map_err(unavailable)?, REQUEST_TIMEOUT);
        let response = response.await.map_err(unavailable)?;
        let status = response.status();
        let rate_limit_reset = rate_limit_reset(response.headers());
        let bytes = response.into_body();
        if status.is_success() {
            // An empty list may have status 204.
            let json: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
            return serde_json::from_slice(json).map_err(|error| unreadable(&error));
        }
        Err(Failure::Status {
            status,
            body: Box::new(ErrorBody::parse(&bytes)),
            rate_limit_reset,
        })
    }
}

impl Failure {
    /// Converts the failure to an error, without special cases.
    pub(super) fn into_error(self) -> Error {
        match self {
            Self::Error(error) => error,
            Self::Status {
                status: StatusCode::TOO_MANY_REQUESTS,
                rate_limit_reset,
                ..
            } => Error::RateLimited {
                retry_after: rate_limit_reset.unwrap_or(DEFAULT_RATE_LIMIT_WAIT),
            },
            Self::Status { status, body, .. } if status.is_client_error() => Error::Rejected {
                status: status.as_u16(),
                code: body.code_description,
                error_id: body.error_id,
            },
            Self::Status { status, body, .. } => Error::Unavailable {
                status: Some(status.as_u16()),
                error_id: body.error_id,
                source: None,
            },
        }
    }

    fn is_lost_connection(&self) -> bool {
        matches!(
            self,
            Self::Error(Error::Unavailable {
                source: Some(https::Error::Lost(_)),
                ..
            })
        )
    }

    /// Whether Pluggy refuses the key itself: 401, or 403 without `codeDescription`. A 403 with one is a
    /// denial of the request.
    pub(super) fn is_refused_key(&self) -> bool {
        match self {
            Self::Status {
                status: StatusCode::UNAUTHORIZED,
                ..
            } => true,
            Self::Status {
                status: StatusCode::FORBIDDEN,
                body,
                ..
            } => body.code_description.is_none(),
            _ => false,
        }
    }

    /// Whether the response means "not found", by status and code.
    pub(super) fn is_not_found(&self, code: &str) -> bool {
        matches!(self, Self::Status { status: StatusCode::NOT_FOUND, body, .. }
            if body.code_description.as_deref() == Some(code))
    }
}

fn sensitive(key: &ApiKey) -> Result<HeaderValue, Failure> {
    let mut value =
        HeaderValue::from_str(key.expose()).map_err(|_| Failure::Error(Error::KeyRefused))?;
    value.set_sensitive(true);
    Ok(value)
}

fn rate_limit_reset(headers: &HeaderMap) -> Option<Duration> {
    let seconds: u64 = headers
        .get("RateLimit-Reset")?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_RATE_LIMIT_WAIT))
}

fn unavailable(error: https::Error) -> Failure {
    Failure::Error(Error::Unavailable {
        status: None,
        error_id: None,
        source: Some(error),
    })
}

/// Returns the position of the error only, because serde's text would quote the body.
fn unreadable(error: &serde_json::Error) -> Failure {
    Failure::Error(Error::Unreadable {
        line: error.line(),
        column: error.column(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(status: u16, body: &str) -> Failure {
        Failure::Status {
            status: StatusCode::from_u16(status).unwrap(),
            body: Box::new(ErrorBody::parse(body.as_bytes())),
            rate_limit_reset: None,
        }
    }

    #[test]
    fn a_403_is_a_refused_key_only_without_a_code() {
        assert!(failure(401, "{}").is_refused_key());
        assert!(
            failure(
                403,
                r#"{"code":403,"message":"Missing or invalid authorization token"}"#
            )
            .is_refused_key()
        );
        assert!(failure(403, "<html>").is_refused_key());
        assert!(!failure(403, r#"{"codeDescription":"CLIENT_IP_NOT_ALLOWED"}"#).is_refused_key());
        assert!(!failure(404, "{}").is_refused_key());
    }

    #[test]
    fn a_404_of_something_else_is_not_a_missing_item() {
        assert!(
            failure(404, r#"{"codeDescription":"ITEM_NOT_FOUND"}"#).is_not_found("ITEM_NOT_FOUND")
        );
        assert!(!failure(404, "<html>").is_not_found("ITEM_NOT_FOUND"));
    }
}
