//! Errors of a table, by the caller's options.

use std::error::Error as StdError;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::ThrottlingReason;
use aws_sdk_dynamodb::types::error::{
    ProvisionedThroughputExceededException, RequestLimitExceeded, ThrottlingException,
};

/// The part of an ARN before the name of a table.
const BEFORE_TABLE: &str = ":table/";

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
    /// The key of the digests of erased users cannot be read.
    #[error("secrets manager gave no key of the erasures: {reason}")]
    ErasureKey {
        /// The reason from the SDK error.
        reason: String,
    },
    /// A request cannot be built. This is a bug.
    #[error("a request to dynamodb cannot be built")]
    Request(#[source] aws_sdk_dynamodb::error::BuildError),
}

impl Error {
    /// Whether a retry may succeed. It does not for a broken row or a bug.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Unavailable { .. } | Self::ErasureKey { .. } => true,
            Self::Corrupt { .. } | Self::Request(_) => false,
        }
    }
}

/// Converts an SDK error.
pub(crate) fn unavailable<E: ProvideErrorMetadata + StdError, R>(
    operation: &'static str,
) -> impl FnOnce(SdkError<E, R>) -> Error {
    move |error| Error::Unavailable {
        operation,
        reason: reason(&error),
    }
}

/// Returns the kind of failure and the service's code, and for a throttled call what throttled it. The SDK's own text is
/// not used: it quotes the response, which may contain a secret or personal data.
pub fn reason<E: ProvideErrorMetadata + StdError, R>(error: &SdkError<E, R>) -> String {
    match error {
        SdkError::ConstructionFailure(_) => "the request cannot be built".to_owned(),
        SdkError::TimeoutError(_) => "no answer in time".to_owned(),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => {
            "no connection in time".to_owned()
        }
        SdkError::DispatchFailure(_) => "no connection".to_owned(),
        SdkError::ResponseError(_) => "the answer cannot be read".to_owned(),
        SdkError::ServiceError(failure) => {
            let code = failure.err().code().unwrap_or("an unknown error");
            let causes: Vec<_> = throttling_reasons(failure.err())
                .iter()
                .filter_map(cause)
                .collect();
            if causes.is_empty() {
                code.to_owned()
            } else {
                format!("{code} ({})", causes.join(", "))
            }
        }
        _ => "an unknown failure".to_owned(),
    }
}

/// Returns why DynamoDB throttled a call, or nothing if it did not.
fn throttling_reasons(error: &impl StdError) -> &[ThrottlingReason] {
    let Some(error) = error.source() else {
        return &[];
    };
    if let Some(error) = error.downcast_ref::<ThrottlingException>() {
        error.throttling_reasons()
    } else if let Some(error) = error.downcast_ref::<ProvisionedThroughputExceededException>() {
        error.throttling_reasons()
    } else if let Some(error) = error.downcast_ref::<RequestLimitExceeded>() {
        error.throttling_reasons()
    } else {
        &[]
    }
}

/// Returns DynamoDB's reason and the table or the index, such as `IndexWriteKeyRangeThroughputExceeded of
/// items/index/byOwner`. Leaves out what is not a name: it would be a response's text.
fn cause(throttling: &ThrottlingReason) -> Option<String> {
    let reason = throttling.reason().filter(|reason| is_name(reason))?;
    let resource = throttling.resource().and_then(|arn| {
        let (_, name) = arn.split_once(BEFORE_TABLE)?;
        is_name(name).then_some(name)
    });
    Some(match resource {
        Some(resource) => format!("{reason} of {resource}"),
        None => reason.to_owned(),
    })
}

/// Whether a text has the characters of a table's and an index's name alone.
///
/// Source: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html>
fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_.-/".contains(&byte))
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::error::ErrorMetadata;
    use aws_sdk_dynamodb::operation::put_item::PutItemError;

    use super::*;

    const INDEX: &str = "arn:aws:dynamodb:sa-east-1:123456789012:table/items/index/byOwner";
    const TABLE: &str = "arn:aws:dynamodb:sa-east-1:123456789012:table/items";

    /// Returns the text of the error that a put becomes which DynamoDB throttled for these reasons.
    fn throttled(reasons: &[(&str, &str)]) -> String {
        let reasons = reasons.iter().map(|(reason, resource)| {
            let reasons = ThrottlingReason::builder();
            reasons.reason(*reason).resource(*resource).build()
        });
        let meta = ErrorMetadata::builder().code("ThrottlingException").build();
        let error = ThrottlingException::builder()
            .set_throttling_reasons(Some(reasons.collect()))
            .meta(meta)
            .build();
        text(PutItemError::ThrottlingException(error))
    }

    fn text(error: PutItemError) -> String {
        unavailable("put the item")(SdkError::service_error(error, ())).to_string()
    }

    #[test]
    fn a_throttled_call_names_the_reason_and_the_table_or_index() {
        assert_eq!(
            throttled(&[
                ("IndexWriteKeyRangeThroughputExceeded", INDEX),
                ("TableWriteAccountLimitExceeded", TABLE),
            ]),
            "dynamodb did not put the item: ThrottlingException (IndexWriteKeyRangeThroughputExceeded of \
             items/index/byOwner, TableWriteAccountLimitExceeded of items)"
        );
    }

    #[test]
    fn what_is_no_name_is_left_out() {
        let personal = "arn:aws:dynamodb:sa-east-1:123456789012:table/Maria of the Savings Bank";

        for (reasons, expected) in [
            (vec![("Maria of the Savings Bank", TABLE)], ""),
            (vec![("", TABLE)], ""),
            (
                vec![("TableWriteThrottled", personal)],
                " (TableWriteThrottled)",
            ),
            (
                vec![("TableWriteThrottled", "items")],
                " (TableWriteThrottled)",
            ),
            (vec![], ""),
        ] {
            let expected = format!("dynamodb did not put the item: ThrottlingException{expected}");
            assert_eq!(throttled(&reasons), expected, "{reasons:?}");
        }
    }

    #[test]
    fn another_error_has_its_code_alone() {
        let error = ErrorMetadata::builder().code("InternalServerError").build();

        assert_eq!(
            text(PutItemError::generic(error)),
            "dynamodb did not put the item: InternalServerError"
        );
    }
}
