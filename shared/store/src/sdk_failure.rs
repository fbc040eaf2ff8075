//! Reason of an SDK error, without data.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

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
