//! The event `user.erased` on the bus.

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::primitives::DateTime;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use jiff::Timestamp;
use pluggy::{ClientUserId, ItemId};
use runtime::bus::{EntryResult, SCHEMA_VERSION, SOURCE, existence_error};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use store::{Erasure, reason};

use crate::Error;
use crate::receipt::items_of;

const USER_ERASED: &str = "user.erased";
/// Items of one event. An entry holds 256 KB.
const MAX_ITEMS: usize = 1_000;

/// The bus.
#[derive(Clone, Debug)]
pub struct Bus {
    client: Client,
    name: String,
}

/// The `detail`, as docs/reference/events/user.v1.schema.json describes it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Detail<'a> {
    schema_version: u32,
    id: &'a str,
    user: &'a ClientUserId,
    item_ids: &'a [ItemId],
    erased_at: Timestamp,
}

/// Returns the id of the event with these items. More items, which have arrived late, make another event.
fn event_id(erasure: &Erasure, items: &[ItemId]) -> String {
    let started_at = erasure.started_at.as_millisecond();
    let mut text = format!("{USER_ERASED}#{}#{started_at}", erasure.user);
    for item_id in items {
        text.push('#');
        text.push_str(&item_id.to_string());
    }
    hex::encode(Sha256::digest(text))
}

impl Bus {
    /// Creates a bus from its name or ARN.
    pub fn new(client: Client, name: String) -> Self {
        Self { client, name }
    }

    /// Puts `user.erased` on the bus, in several events if there are very many items. A repetition has the same ids.
    pub(crate) async fn put(
        &self,
        user: &ClientUserId,
        erasure: &Erasure,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.check_exists().await?;
        let items = items_of(erasure);
        let parts = items.chunks(MAX_ITEMS);
        // A user without items is erased too.
        let parts = parts.chain(items.is_empty().then_some(items.as_slice()));
        for item_ids in parts {
            let id = event_id(erasure, item_ids);
            let detail = Detail {
                schema_version: SCHEMA_VERSION,
                id: &id,
                user,
                item_ids,
                erased_at: now,
            };
            self.put_one(&detail).await?;
        }
        Ok(())
    }

    async fn put_one(&self, detail: &Detail<'_>) -> Result<(), Error> {
        let entry = PutEventsRequestEntry::builder()
            .event_bus_name(&self.name)
            .source(SOURCE)
            .detail_type(USER_ERASED)
            .detail(serde_json::to_string(detail).unwrap_or_default())
            .time(DateTime::from_millis(detail.erased_at.as_millisecond()))
            .build();
        let answer = self.client.put_events().entries(entry).send().await;
        let answer = answer.map_err(|error| Error::Bus(reason(&error)))?;
        let entry = answer.entries().first();
        let event_id = entry.and_then(|entry| entry.event_id());
        let error_code = entry.and_then(|entry| entry.error_code());
        match EntryResult::new(event_id, error_code) {
            EntryResult::Accepted => Ok(()),
            EntryResult::Refused(code) | EntryResult::RefusedForGood(code) => Err(Error::Bus(code)),
        }
    }

    /// Fails unless the bus exists.
    async fn check_exists(&self) -> Result<(), Error> {
        let describe = self.client.describe_event_bus().name(&self.name);
        let response = describe.send().await;
        let error = existence_error(&response);
        error.map_or(Ok(()), |error| Err(Error::Bus(reason(error))))
    }
}
