//! Stored webhook with its body.

use jiff::Timestamp;

use super::attributes::{Reader, Row, required};
use super::event_insert::{BODY, BODY_ENCODING, EVENT, ORIGIN, QUARANTINE, RECEIVED_AT, TRUNCATED};
use super::schema::{PARTITION_KEY, SORT_KEY};
use super::{Body, Encoding, Error, EventKey, Origin, Quarantine, Target};
use pluggy::{ClientId, Event};

/// A webhook with its received body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedWebhook {
    /// Its key in `EventTable`.
    pub key: EventKey,
    /// The target, if the webhook is about something that can be fetched from Pluggy.
    pub target: Option<Target>,
    /// Name of the event.
    pub name: String,
    /// When we received it.
    pub received_at: Timestamp,
    /// The body as received; its envelope if it was truncated.
    pub body: Vec<u8>,
    /// Whether the body was truncated.
    pub is_truncated: bool,
}

impl ReceivedWebhook {
    /// Decodes a row. Returns `None` if it is not a webhook, or is quarantined. A quarantined one counts if
    /// it names `ours` after all.
    pub(super) fn from_row(row: &Row, ours: Option<ClientId>) -> Result<Option<Self>, Error> {
        let reader = Reader(row);
        if reader.text(ORIGIN)?.as_deref() != Some(Origin::Webhook.as_str()) {
            return Ok(None);
        }
        let body = body(&reader)?;
        let is_kept_back = match reader.text(QUARANTINE)? {
            None => false,
            Some(reason) if reason == Quarantine::ForeignClientId.as_str() => {
                !ours.is_some_and(|ours| names(&body, ours))
            }
            Some(_) => true,
        };
        if is_kept_back {
            return Ok(None);
        }
        let partition = required(PARTITION_KEY, reader.text(PARTITION_KEY)?)?;
        Ok(Some(Self {
            target: Target::parse(&partition),
            key: EventKey {
                partition,
                sort: required(SORT_KEY, reader.text(SORT_KEY)?)?,
            },
            name: required(EVENT, reader.text(EVENT)?)?,
            received_at: required(RECEIVED_AT, reader.time(RECEIVED_AT)?)?,
            body,
            is_truncated: reader.boolean(TRUNCATED)?.unwrap_or_default(),
        }))
    }
}

fn body(reader: &Reader<'_>) -> Result<Vec<u8>, Error> {
    let encoding = reader.text(BODY_ENCODING)?;
    let encoding = required(BODY_ENCODING, encoding.as_deref().and_then(Encoding::parse))?;
    let bytes = required(BODY, reader.bytes(BODY)?)?;
    required(BODY, Body::raw(bytes, encoding))
}

fn names(body: &[u8], application: ClientId) -> bool {
    let client_id = Event::parse(body).and_then(|event| event.client_id);
    client_id.is_some_and(|id| id.parse() == Ok(application))
}
