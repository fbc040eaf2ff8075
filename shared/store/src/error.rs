//! Errors of a table, by the caller's options.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

/// A failed operation on a table.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// DynamoDB throttled the call, was unreachable, or is misconfigured. A retry may succeed.
    #[error("dynamodb did not {operation}: {reason}")]
    Unavailable {
        /// The operation, such as `put the event`.
        operation: &'static str,
        /// The reason from the SDK error; never a row's content.
        reason: String,
    },
    /// A row cannot be read.
    #[error("attribute {attribute} of a row is missing or of the wrong type")]
    Corrupt {
        /// The attribute.
        attribute: &'static str,
    },
    /// A request cannot be built. This is a bug.
    #[error("a request to dynamodb cannot be built")]
    Request(#[source] aws_sdk_dynamodb::error::BuildError),
}

impl Error {
    /// Whether a retry may succeed. It does not for a broken row or a bug.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Unavailable { .. } => true,
            Self::Corrupt { .. } | Self::Request(_) => false,
        }
    }
}

/// Converts an SDK error.
pub(crate) fn unavailable<E: ProvideErrorMetadata, R>(
    operation: &'static str,
) -> impl FnOnce(SdkError<E, R>) -> Error {
    move |error| Error::Unavailable {
        operation,
        reason: reason(&error),
    }
}

/// Returns the kind of failure and the service's code. The SDK's own text is not used: it quotes the
/// response, which may contain a secret or personal data.
pub fn reason<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> String {
    match error {
        SdkError::ConstructionFailure(_) => "the request cannot be built".to_owned(),
        SdkError::TimeoutError(_) => "no answer in time".to_owned(),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => {
            "no connection in time".to_owned()
        }
        SdkError::DispatchFailure(_) => "no connection".to_owned(),
        SdkError::ResponseError(_) => "the answer cannot be read".to_owned(),
        SdkError::ServiceError(failure) => failure
            .err()
            .code()
            .unwrap_or("an unknown error")
            .to_owned(),
        _ => "an unknown failure".to_owned(),
    }
}
