//! Failed requests to Pluggy, and the errors that they mean: the rate limit and its wait among them.

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use pluggy::ErrorBody;

use crate::{Error, https};

/// Wait when Pluggy sends no `RateLimit-Reset`. Its `Retry-After` always has this value.
const DEFAULT_RATE_LIMIT_WAIT: Duration = Duration::from_mins(1);
/// Longest wait that is accepted. Pluggy counts rate limits per minute, so a longer one is an error.
const LONGEST_RATE_LIMIT_WAIT: Duration = Duration::from_mins(15);

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

    pub(super) fn is_lost_connection(&self) -> bool {
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

pub(super) fn rate_limit_reset(headers: &HeaderMap) -> Option<Duration> {
    let seconds: u64 = headers
        .get("RateLimit-Reset")?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_RATE_LIMIT_WAIT))
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
