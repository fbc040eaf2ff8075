//! Errors of a call to Pluggy, by the caller's options.

use std::time::Duration;

use crate::{BoxError, https};

/// A call to Pluggy without a usable response. It holds machine codes only: Pluggy's messages are for people
/// and may name a user.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Too many requests from our address.
    #[error("pluggy limits the rate of requests")]
    RateLimited {
        /// The wait from `RateLimit-Reset`, else one minute.
        retry_after: Duration,
    },
    /// Pluggy refuses the application's credentials: they are wrong, disabled, or not allowed from this
    /// address.
    #[error("pluggy refuses the application's credentials (status {status}, code {code:?})")]
    CredentialsRefused {
        /// HTTP status.
        status: u16,
        /// `codeDescription`.
        code: Option<String>,
    },
    /// The credentials belong to another application than the deployment's, which has none of our items.
    #[error("the secret has the credentials of another application than PLUGGY_CLIENT_ID")]
    OtherApplication,
    /// Pluggy refused the API key right after its renewal, or too soon for another renewal.
    #[error("pluggy refuses the api key")]
    KeyRefused,
    /// Pluggy understood the request and denies it. A retry does not help.
    #[error("pluggy rejects the request (status {status}, code {code:?})")]
    Rejected {
        /// HTTP status.
        status: u16,
        /// `codeDescription`.
        code: Option<String>,
        /// Pluggy's id of the error.
        error_id: Option<String>,
    },
    /// No response, or a server error. A retry may succeed.
    #[error("pluggy is not available (status {status:?})")]
    Unavailable {
        /// HTTP status, if there was a response.
        status: Option<u16>,
        /// Pluggy's id of the error, if there was a response.
        error_id: Option<String>,
        /// Why there was no response.
        #[source]
        source: Option<https::Error>,
    },
    /// A 2xx response that cannot be read.
    #[error("pluggy's answer cannot be read ({0})")]
    Unreadable(Unreadable),
    /// The credentials cannot be read.
    #[error("the pluggy credentials cannot be read")]
    Credentials(#[source] BoxError),
    /// The shared API key cannot be read from its table.
    #[error("the shared api key cannot be read")]
    KeyStore(#[source] BoxError),
}

/// Reason why the body of a response cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// The body is not the expected JSON.
    #[error("line {line}, column {column}")]
    Malformed {
        /// Line of the JSON error.
        line: usize,
        /// Column of the JSON error.
        column: usize,
    },
    /// The body is too long.
    #[error(transparent)]
    TooLong(https::TooLong),
}

impl Error {
    /// Whether a retry does not help: a person must check the settings, Pluggy, or our code.
    pub fn needs_a_person(&self) -> bool {
        match self {
            Self::CredentialsRefused { .. }
            | Self::OtherApplication
            | Self::KeyRefused
            | Self::Rejected { .. }
            | Self::Unreadable(_)
            | Self::Credentials(_) => true,
            Self::RateLimited { .. } | Self::Unavailable { .. } | Self::KeyStore(_) => false,
        }
    }

    /// Whether Pluggy responded and only this call fails. Other calls may succeed.
    pub fn is_about_this_call(&self) -> bool {
        matches!(self, Self::Rejected { .. } | Self::Unreadable(_))
    }

    /// Returns Pluggy's id of the error, for its support.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Rejected { error_id, .. } | Self::Unavailable { error_id, .. } => {
                error_id.as_deref()
            }
            _ => None,
        }
    }

    /// Returns how long to wait before a retry, or `None` if Pluggy does not say.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after } => Some(*retry_after),
            _ => None,
        }
    }
}

/// Returns an error and all its causes in one line, for the one log line that a failure gets.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        line.push_str(": ");
        line.push_str(&cause.to_string());
        source = cause.source();
    }
    line
}
