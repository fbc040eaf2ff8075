//! The bus, and what it answers.

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_eventbridge::operation::put_events::PutEventsError;
use aws_sdk_eventbridge::primitives::DateTime;
use aws_sdk_eventbridge::types::{PutEventsRequestEntry, PutEventsResultEntry};
use shared::aws::reason;

use crate::entry::{Entry, SOURCE};

/// EventBridge takes no more entries at once.
pub(crate) const MAX_ENTRIES: usize = 10;

/// The bus.
#[derive(Clone, Debug)]
pub struct Bus {
    client: Client,
    name: String,
}

/// What the bus says of one entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is on the bus.
    Accepted,
    /// It may be taken another time.
    Refused(Code),
    /// It is never taken.
    RefusedForGood(Code),
}

/// EventBridge's code of a refusal.
pub(crate) type Code = String;

/// Why a whole request failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Error {
    /// The request itself is at fault; which of its entries, is not said.
    #[error("the bus rejects the request: {0}")]
    Rejected(Code),
    /// The bus takes nothing now.
    #[error("the bus takes nothing: {0}")]
    Unavailable(String),
}

impl Bus {
    /// The bus with this name or ARN.
    pub fn new(client: Client, name: String) -> Self {
        Self { client, name }
    }

    /// Puts entries on the bus; one verdict for each, in their order.
    ///
    /// Source: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>
    pub(crate) async fn put(&self, entries: &[&Entry]) -> Result<Vec<Verdict>, Error> {
        let entries = entries.iter().map(|entry| self.request_entry(entry));
        let answer = self
            .client
            .put_events()
            .set_entries(Some(entries.collect()))
            .send()
            .await
            .map_err(|error| failure(&error))?;
        Ok(answer.entries().iter().map(verdict).collect())
    }

    fn request_entry(&self, entry: &Entry) -> PutEventsRequestEntry {
        PutEventsRequestEntry::builder()
            .event_bus_name(&self.name)
            .source(SOURCE)
            .detail_type(&entry.detail_type)
            .detail(&entry.detail)
            .time(DateTime::from_millis(entry.time.as_millisecond()))
            .build()
    }
}

fn failure(error: &SdkError<PutEventsError>) -> Error {
    let code = error.as_service_error().and_then(|error| error.code());
    let status = error.raw_response().map(|answer| answer.status().as_u16());
    match (code, status) {
        (Some(code @ "ValidationException"), _) => Error::Rejected(code.to_owned()),
        (_, Some(413)) => Error::Rejected("RequestEntityTooLarge".to_owned()),
        _ => Error::Unavailable(reason(error)),
    }
}

fn verdict(result: &PutEventsResultEntry) -> Verdict {
    match result.error_code() {
        None => Verdict::Accepted,
        Some(
            code @ ("InvalidArgument"
            | "MalformedDetail"
            | "NotAuthorizedForDetailTypeException"
            | "NotAuthorizedForSourceException"
            | "RedactionFailure"),
        ) => Verdict::RefusedForGood(code.to_owned()),
        Some(code) => Verdict::Refused(code.to_owned()),
    }
}
