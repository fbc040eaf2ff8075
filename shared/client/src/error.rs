//! How a call to Pluggy can fail, by what the caller may do about it.

use std::time::Duration;

use crate::{BoxError, https};

/// A call to Pluggy that gave no usable answer. Holds machine codes only: Pluggy's texts are for
/// people who read logs of Pluggy, and may name a user.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Too many requests from our address; Pluggy says how long to wait.
    #[error("pluggy limits the rate of requests")]
    RateLimited {
        /// From `RateLimit-Reset`, else a minute.
        retry_after: Duration,
    },
    /// The application's credentials do not work: they are wrong, disabled, or not allowed from
    /// here.
    #[error("pluggy refuses the application's credentials (status {status}, code {code:?})")]
    CredentialsRefused {
        /// HTTP status.
        status: u16,
        /// `codeDescription`.
        code: Option<String>,
    },
    /// The credentials are those of another application than the deployment's: its keys would see
    /// none of our items.
    #[error("the secret has the credentials of another application than PLUGGY_CLIENT_ID")]
    OtherApplication,
    /// The API key was refused again right after it was renewed, or so soon that a renewal would
    /// only hammer.
    #[error("pluggy refuses the api key")]
    KeyRefused,
    /// Pluggy understood the request and denies it; repeating it does not help.
    #[error("pluggy rejects the request (status {status}, code {code:?})")]
    Rejected {
        /// HTTP status.
        status: u16,
        /// `codeDescription`.
        code: Option<String>,
        /// Pluggy's id of the error.
        error_id: Option<String>,
    },
    /// No answer, or a server error: later may be better.
    #[error("pluggy is not available (status {status:?})")]
    Unavailable {
        /// HTTP status, if there was an answer.
        status: Option<u16>,
        /// Pluggy's id of the error, if there was an answer.
        error_id: Option<String>,
        /// Why there was none.
        #[source]
        source: Option<https::Error>,
    },
    /// A 2xx answer that cannot be read.
    #[error("pluggy's answer cannot be read (line {line}, column {column})")]
    Unreadable {
        /// Where the JSON stops making sense.
        line: usize,
        /// Where the JSON stops making sense.
        column: usize,
    },
    /// The credentials cannot be read.
    #[error("the pluggy credentials cannot be read")]
    Credentials(#[source] BoxError),
    /// The shared API key cannot be read from its table.
    #[error("the shared api key cannot be read")]
    KeyStore(#[source] BoxError),
}

impl Error {
    /// Whether waiting does not mend it: someone must look at settings, at Pluggy, or at our code.
    pub fn needs_a_person(&self) -> bool {
        match self {
            Self::CredentialsRefused { .. }
            | Self::OtherApplication
            | Self::KeyRefused
            | Self::Rejected { .. }
            | Self::Unreadable { .. }
            | Self::Credentials(_) => true,
            Self::RateLimited { .. } | Self::Unavailable { .. } | Self::KeyStore(_) => false,
        }
    }

    /// Whether Pluggy answered, and only this call fails; other calls need not.
    pub fn is_about_this_call(&self) -> bool {
        matches!(self, Self::Rejected { .. } | Self::Unreadable { .. })
    }

    /// Pluggy's id of the error, to quote to its support.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Rejected { error_id, .. } | Self::Unavailable { error_id, .. } => {
                error_id.as_deref()
            }
            _ => None,
        }
    }

    /// How long to wait before it makes sense to try again; `None` where Pluggy says nothing.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after } => Some(*retry_after),
            _ => None,
        }
    }
}
