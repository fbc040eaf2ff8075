//! How a table can fail, by what the caller may do about it.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

use crate::sdk_failure;

/// A table did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// DynamoDB gave no good answer: throttled, unreachable, or misconfigured. Later may be better.
    #[error("dynamodb did not {operation}: {reason}")]
    Unavailable {
        /// What was asked, such as `put the event`.
        operation: &'static str,
        /// What it said; never holds a row's content.
        reason: String,
    },
    /// A row cannot be read.
    #[error("attribute {attribute} of a row is missing or of the wrong type")]
    Corrupt {
        /// The attribute.
        attribute: &'static str,
    },
    /// A request cannot be built; a bug.
    #[error("a request to dynamodb cannot be built")]
    Request(#[source] aws_sdk_dynamodb::error::BuildError),
}

impl Error {
    /// Whether the same call may succeed later: not where a row is broken, nor where our code is.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Unavailable { .. } => true,
            Self::Corrupt { .. } | Self::Request(_) => false,
        }
    }
}

/// Turns an SDK error into ours.
pub(crate) fn unavailable<E: ProvideErrorMetadata, R>(
    operation: &'static str,
) -> impl FnOnce(SdkError<E, R>) -> Error {
    move |error| Error::Unavailable {
        operation,
        reason: sdk_failure::reason(&error),
    }
}
