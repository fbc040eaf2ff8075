//! `EventTable`: every reason for a fetch, stored once.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use jiff::{SignedDuration, Timestamp};

use super::attributes::{Row, number, text, time};
use super::error::unavailable;
use super::schema::{EXPIRES_AT, PARTITION_KEY, SCHEMA, SORT_KEY, VERSION};
use super::{Body, Error, EventKey, Target};

pub(super) const EVENT: &str = "event";
pub(super) const RECEIVED_AT: &str = "receivedAt";
pub(super) const ORIGIN: &str = "origin";
pub(super) const BODY: &str = "body";
pub(super) const BODY_ENCODING: &str = "bodyEncoding";
pub(super) const BODY_SHA256: &str = "bodySha256";
pub(super) const TRUNCATED: &str = "truncated";
pub(super) const QUARANTINE: &str = "quarantine";

/// Name of a fetch request without other information.
const FETCH: &str = "fetch";

/// Origin of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Pluggy posted it.
    Webhook,
    /// A frontend relayed it.
    Hint,
    /// We request a fetch ourselves: it is due, discovery found the item, or its user disconnected it.
    Internal,
    /// An operator replays what was received.
    Replay,
    /// An operator named the item.
    Import,
}

impl Origin {
    /// Returns the name in the row.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Hint => "hint",
            Self::Internal => "internal",
            Self::Replay => "replay",
            Self::Import => "import",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        [
            Self::Webhook,
            Self::Hint,
            Self::Internal,
            Self::Replay,
            Self::Import,
        ]
        .into_iter()
        .find(|origin| origin.as_str() == text)
    }
}

/// Reason why an authenticated event is stored but not acted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quarantine {
    /// It names another application.
    ForeignClientId,
    /// The body is not an event.
    Unparsed,
}

impl Quarantine {
    /// Returns the name in the row.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ForeignClientId => "foreign-client-id",
            Self::Unparsed => "unparsed",
        }
    }
}

/// An event to store.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// Key of the row.
    pub key: EventKey,
    /// Its name, such as `item/updated`; `fetch` for a fetch request of ours.
    pub name: String,
    /// When we received it.
    pub received_at: Timestamp,
    /// Its origin.
    pub origin: Origin,
    /// The received body, if any.
    pub body: Option<Body>,
    /// Why it is quarantined, if so.
    pub quarantine: Option<Quarantine>,
}

impl NewEvent {
    /// Returns a request to fetch the target. The id says which fetch it is.
    pub fn fetch_request(target: Target, event_id: &str, now: Timestamp) -> Self {
        Self {
            key: EventKey::of_target(target, event_id),
            name: FETCH.to_owned(),
            received_at: now,
            origin: Origin::Internal,
            body: None,
            quarantine: None,
        }
    }
}

/// Result of storing an event. In each case the event is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Insertion {
    /// The event is new.
    Inserted,
    /// The event was already stored.
    Duplicate,
    /// Another body has its id, so it is stored beside that one.
    InsertedUnderReusedId,
}

/// Writer of `EventTable`.
#[derive(Clone, Debug)]
pub struct Events {
    client: Client,
    table: String,
    retention: SignedDuration,
}

impl Events {
    /// Creates the writer of the table named `table`, whose rows expire after `retention`.
    pub fn new(client: Client, table: String, retention: SignedDuration) -> Self {
        Self {
            client,
            table,
            retention,
        }
    }

    /// Stores an event once. Repeating the call with the same event changes nothing.
    pub async fn insert(&self, event: &NewEvent) -> Result<Insertion, Error> {
        let Some(existing) = self.put(event, &event.key).await? else {
            return Ok(Insertion::Inserted);
        };
        match &event.body {
            Some(body) if !has_digest(&existing, &body.sha256) => {
                let key = event.key.with_body_digest(&body.sha256);
                match self.put(event, &key).await? {
                    None => Ok(Insertion::InsertedUnderReusedId),
                    Some(_) => Ok(Insertion::Duplicate),
                }
            }
            _ => Ok(Insertion::Duplicate),
        }
    }

    /// Writes the row if its key is free, else returns the existing row.
    async fn put(&self, event: &NewEvent, key: &EventKey) -> Result<Option<Row>, Error> {
        let answer = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(self.row(event, key)))
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match answer {
            Ok(_) => Ok(None),
            Err(error) => match error.as_service_error().and_then(condition_failed) {
                Some(existing) => Ok(Some(existing)),
                None => Err(unavailable("put the event")(error)),
            },
        }
    }

    fn row(&self, event: &NewEvent, key: &EventKey) -> Row {
        let expires_at = event
            .received_at
            .saturating_add(self.retention)
            .unwrap_or(event.received_at);
        let mut row = Row::from([
            (PARTITION_KEY.to_owned(), text(&key.partition)),
            (SORT_KEY.to_owned(), text(&key.sort)),
            (SCHEMA.to_owned(), number(VERSION)),
            (EVENT.to_owned(), text(&event.name)),
            (RECEIVED_AT.to_owned(), time(event.received_at)),
            (ORIGIN.to_owned(), text(event.origin.as_str())),
            (EXPIRES_AT.to_owned(), number(expires_at.as_second())),
        ]);
        if let Some(body) = &event.body {
            row.insert(
                BODY.to_owned(),
                AttributeValue::B(Blob::new(body.bytes.clone())),
            );
            row.insert(BODY_ENCODING.to_owned(), text(body.encoding.as_str()));
            row.insert(
                BODY_SHA256.to_owned(),
                AttributeValue::B(Blob::new(body.sha256)),
            );
            if body.truncated {
                row.insert(TRUNCATED.to_owned(), AttributeValue::Bool(true));
            }
        }
        if let Some(quarantine) = event.quarantine {
            row.insert(QUARANTINE.to_owned(), text(quarantine.as_str()));
        }
        row
    }
}

fn condition_failed(error: &aws_sdk_dynamodb::operation::put_item::PutItemError) -> Option<Row> {
    use aws_sdk_dynamodb::operation::put_item::PutItemError;
    match error {
        PutItemError::ConditionalCheckFailedException(failed) => {
            Some(failed.item.clone().unwrap_or_default())
        }
        _ => None,
    }
}

fn has_digest(row: &Row, digest: &[u8]) -> bool {
    row.get(BODY_SHA256)
        .and_then(|value| value.as_b().ok())
        .is_some_and(|stored| stored.as_ref() == digest)
}
