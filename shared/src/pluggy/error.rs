//! How a call to Pluggy can fail, by what the caller may do about it.

use std::time::Duration;

use serde::Deserialize;

use super::tolerant;
use crate::https;
use crate::secret;
use crate::store;

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
    /// The credentials cannot be read from Secrets Manager.
    #[error("the pluggy credentials cannot be read")]
    Secret(#[source] secret::Error),
    /// The shared API key cannot be read from its table.
    #[error("the shared api key cannot be read")]
    Store(#[source] store::Error),
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
            | Self::Secret(_) => true,
            Self::RateLimited { .. } | Self::Unavailable { .. } | Self::Store(_) => false,
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

/// An error body of Pluggy. The sources disagree on which fields are there, so all are optional,
/// and one of an unexpected type counts as absent: the code must be found whatever stands beside it.
///
/// ```
/// use shared::pluggy::ErrorBody;
///
/// let body = ErrorBody::parse(br#"{"code":404,"message":"item not found","codeDescription":"ITEM_NOT_FOUND"}"#);
/// assert_eq!(body.code_description.as_deref(), Some("ITEM_NOT_FOUND"));
/// ```
///
/// Source: <https://docs.pluggy.ai/docs/errors-validations>.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ErrorBody {
    /// The HTTP status again.
    #[serde(deserialize_with = "tolerant::optional")]
    pub code: Option<u16>,
    /// For developers, in English.
    #[serde(deserialize_with = "tolerant::text")]
    pub message: Option<String>,
    /// Machine code.
    #[serde(deserialize_with = "tolerant::text")]
    pub code_description: Option<String>,
    /// Which parameters failed validation.
    #[serde(deserialize_with = "tolerant::optional")]
    pub details: Option<Vec<ErrorDetail>>,
    /// The same as `details`, for older clients.
    #[serde(deserialize_with = "tolerant::optional")]
    pub errors: Option<Vec<ErrorDetail>>,
    /// More about the code; what is in it depends on the code.
    #[serde(deserialize_with = "tolerant::optional")]
    pub data: Option<serde_json::Map<String, serde_json::Value>>,
    /// The items with the same credentials, on `ITEM_USER_ALREADY_EXISTS`.
    #[serde(deserialize_with = "tolerant::optional")]
    pub items: Option<Vec<String>>,
    /// Id to quote to Pluggy's support.
    #[serde(deserialize_with = "tolerant::text")]
    pub error_id: Option<String>,
}

/// One parameter that failed validation.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ErrorDetail {
    /// Machine code, such as `001`.
    pub code: Option<String>,
    /// For developers, in English.
    pub message: Option<String>,
    /// The parameter.
    pub parameter: Option<String>,
}

impl ErrorBody {
    /// Reads an error body; one that is not JSON counts as empty, since the status alone decides
    /// then.
    pub fn parse(body: &[u8]) -> Self {
        serde_json::from_slice(body).unwrap_or_default()
    }
}
