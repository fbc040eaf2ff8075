//! An event to store, and the attributes of its row.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};

use super::attributes::{Row, number, text, time};
use super::schema::{EXPIRES_AT, PARTITION_KEY, SCHEMA, SORT_KEY, VERSION};
use super::{Body, EventKey, Target};

pub(super) const EVENT: &str = "event";
pub(super) const RECEIVED_AT: &str = "receivedAt";
pub(super) const ORIGIN: &str = "origin";
pub(super) const BODY: &str = "body";
pub(super) const BODY_ENCODING: &str = "bodyEncoding";
pub(super) const BODY_SHA256: &str = "bodySha256";
pub(super) const TRUNCATED: &str = "truncated";
pub(super) const QUARANTINE: &str = "quarantine";
/// When the body was removed because its user was erased.
pub(super) const ERASED_AT: &str = "erasedAt";

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

    /// Returns the row under `key`, which expires after `retention`.
    pub(super) fn to_row(&self, key: &EventKey, retention: SignedDuration) -> Row {
        let expires_at = self
            .received_at
            .saturating_add(retention)
            .unwrap_or(self.received_at);
        let mut row = Row::from([
            (PARTITION_KEY.to_owned(), text(&key.partition)),
            (SORT_KEY.to_owned(), text(&key.sort)),
            (SCHEMA.to_owned(), number(VERSION)),
            (EVENT.to_owned(), text(&self.name)),
            (RECEIVED_AT.to_owned(), time(self.received_at)),
            (ORIGIN.to_owned(), text(self.origin.as_str())),
            (EXPIRES_AT.to_owned(), number(expires_at.as_second())),
        ]);
        if let Some(body) = &self.body {
            row.insert(
                BODY.to_owned(),
                AttributeValue::B(Blob::new(body.encoded.bytes.clone())),
            );
            row.insert(
                BODY_ENCODING.to_owned(),
                text(body.encoded.encoding.as_str()),
            );
            row.insert(
                BODY_SHA256.to_owned(),
                AttributeValue::B(Blob::new(body.sha256)),
            );
            if body.truncated {
                row.insert(TRUNCATED.to_owned(), AttributeValue::Bool(true));
            }
        }
        if let Some(quarantine) = self.quarantine {
            row.insert(QUARANTINE.to_owned(), text(quarantine.as_str()));
        }
        row
    }
}
