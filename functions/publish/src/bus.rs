//! The bus, on which entries are put several at a time.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_eventbridge::operation::put_events::PutEventsError;
use aws_sdk_eventbridge::primitives::DateTime;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use runtime::bus::{Code, EntryResult, SOURCE, existence_error};
use store::reason;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::entry::Entry;

/// Maximum number of entries per request. EventBridge accepts no more.
pub(crate) const MAX_ENTRIES: usize = 10;
/// Time between two checks that the bus exists.
const EXISTENCE_CHECK_INTERVAL: Duration = Duration::from_mins(5);

/// The bus.
#[derive(Clone, Debug)]
pub struct Bus {
    client: Client,
    name: String,
    /// Time of the last successful check that the bus exists.
    checked_at: Arc<Mutex<Option<Instant>>>,
}

/// Failure of a whole request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Error {
    /// The bus rejected the request without saying which entry is wrong.
    #[error("the bus rejects the request: {0}")]
    Rejected(Code),
    /// The bus is unavailable.
    #[error("the bus is unavailable: {0}")]
    Unavailable(String),
}

impl Bus {
    /// Creates a bus from its name or ARN.
    pub fn new(client: Client, name: String) -> Self {
        Self {
            client,
            name,
            checked_at: Arc::default(),
        }
    }

    /// Fails unless the bus exists. The check runs before the first request and again every few minutes.
    pub(crate) async fn check_exists(&self) -> Result<(), Error> {
        let mut checked_at = self.checked_at.lock().await;
        if checked_at.is_some_and(|checked_at| checked_at.elapsed() < EXISTENCE_CHECK_INTERVAL) {
            return Ok(());
        }
        let describe = self.client.describe_event_bus().name(&self.name);
        if let Some(error) = existence_error(&describe.send().await) {
            return Err(Error::Unavailable(reason(error)));
        }
        *checked_at = Some(Instant::now());
        Ok(())
    }

    /// Puts entries on the bus. Returns one result for each entry, in their order. The future has copies of the entries.
    ///
    /// Source: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>
    pub(crate) fn put(
        &self,
        entries: &[&Entry],
    ) -> impl Future<Output = Result<Vec<EntryResult>, Error>> + use<> {
        let entries = entries.iter().map(|entry| self.request_entry(entry));
        let request = self.client.put_events();
        let request = request.set_entries(Some(entries.collect()));
        async move {
            let answer = request.send().await.map_err(|error| failure(&error))?;
            let results = answer.entries().iter();
            let results =
                results.map(|entry| EntryResult::new(entry.event_id(), entry.error_code()));
            Ok(results.collect())
        }
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
