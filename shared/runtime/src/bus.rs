//! The EventBridge bus: what all bus events have in common, and the meaning of its responses. The functions make the calls,
//! so that only those which publish have the SDK's crate for EventBridge.

use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

/// `source` of the bus events.
pub const SOURCE: &str = "pluggy-lambda";
/// Version of the schemas in docs/reference/events.
pub const SCHEMA_VERSION: u32 = 1;
/// Code for an entry without a result in the response.
pub const NO_RESULT: &str = "NoResult";

/// EventBridge's code of a refusal.
pub type Code = String;

/// Result of one entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryResult {
    /// The entry is on the bus.
    Accepted,
    /// The entry was refused. A retry may succeed.
    Refused(Code),
    /// The entry is always refused.
    RefusedForGood(Code),
}

impl EntryResult {
    /// Returns the meaning of an entry's result in a response to `PutEvents`.
    ///
    /// Source: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html>
    pub fn new(event_id: Option<&str>, error_code: Option<&str>) -> Self {
        match error_code {
            None if event_id.is_some() => Self::Accepted,
            None => Self::Refused(NO_RESULT.to_owned()),
            Some(
                code @ ("InvalidArgument"
                | "MalformedDetail"
                | "NotAuthorizedForDetailTypeException"
                | "NotAuthorizedForSourceException"
                | "RedactionFailure"),
            ) => Self::RefusedForGood(code.to_owned()),
            Some(code) => Self::Refused(code.to_owned()),
        }
    }
}

/// Returns why the bus may not exist, by the response to `DescribeEventBus`. Call it before `PutEvents`: EventBridge accepts
/// entries for a bus that does not exist, and drops them. A function that may not describe the bus, which the account of the
/// bus decides, takes it to exist.
///
/// Source: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeEventBus.html>
pub fn existence_error<T, E: ProvideErrorMetadata, R>(
    response: &Result<T, SdkError<E, R>>,
) -> Option<&SdkError<E, R>> {
    let error = response.as_ref().err()?;
    let code = error.as_service_error().and_then(|error| error.code());
    (code != Some("AccessDeniedException")).then_some(error)
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::error::ErrorMetadata;

    use super::*;

    #[test]
    fn an_entry_is_accepted_if_it_has_an_id_and_no_code() {
        let refused = |code: &str| EntryResult::Refused(code.to_owned());
        let for_good = |code: &str| EntryResult::RefusedForGood(code.to_owned());
        for (event_id, error_code, expected) in [
            (Some("1"), None, EntryResult::Accepted),
            (None, None, refused("NoResult")),
            (None, Some("InternalFailure"), refused("InternalFailure")),
            (Some("1"), Some("Throttling"), refused("Throttling")),
            (None, Some("MalformedDetail"), for_good("MalformedDetail")),
        ] {
            assert_eq!(EntryResult::new(event_id, error_code), expected);
        }
    }

    #[test]
    fn a_bus_exists_unless_another_refusal_than_of_the_description_says_otherwise() {
        let answered = |code: &str| {
            let error = ErrorMetadata::builder().code(code).build();
            Err::<(), _>(SdkError::service_error(error, ()))
        };

        assert!(existence_error(&Ok::<(), SdkError<ErrorMetadata, ()>>(())).is_none());
        assert!(existence_error(&answered("AccessDeniedException")).is_none());
        assert!(existence_error(&answered("ResourceNotFoundException")).is_some());
        let timeout: SdkError<ErrorMetadata, ()> = SdkError::timeout_error("none");
        assert!(existence_error(&Err::<(), _>(timeout)).is_some());
    }
}
