//! Event row, as the stream of `EventTable` delivers it.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_dynamo::AttributeValue;

use super::disconnection::{DISCONNECT_ASKED, DISCONNECTED};
use super::event_insert::{BODY, BODY_ENCODING, EVENT, ORIGIN, QUARANTINE, RECEIVED_AT};
use super::hint::hinting_user;
use super::schema::PARTITION_KEY;
use super::{Body, Encoding, Error, Origin, Target};
use pluggy::{ClientUserId, Event, EventKind};

/// A reason for a fetch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRecord {
    /// The target to fetch.
    pub target: Target,
    /// Name of the event.
    pub kind: EventKind,
    /// When we received it.
    pub received_at: Timestamp,
    /// Its origin.
    pub origin: Origin,
    /// The user that an authenticated `item/*` event names, also when replayed, or that an operator names.
    pub client_user_id: Option<ClientUserId>,
    /// The signed-in user whose frontend sent the hint. A hint makes nobody the item's owner.
    pub hinted_by: Option<ClientUserId>,
}

impl EventRecord {
    /// Whether Pluggy reports that the item was deleted: by its event, or by its response when a user
    /// disconnected it.
    pub fn reports_deletion(&self) -> bool {
        match self.origin {
            Origin::Webhook | Origin::Replay => self.kind == EventKind::ItemDeleted,
            Origin::Internal => self.kind.as_str() == DISCONNECTED,
            Origin::Hint | Origin::Import => false,
        }
    }

    /// Decodes a new image of the stream. Returns `None` for a row that requests no fetch: a quarantined
    /// event, a user's request to disconnect, an event about something else, or one without a Pluggy id.
    pub fn from_image(image: &HashMap<String, AttributeValue>) -> Result<Option<Self>, Error> {
        let partition = required(PARTITION_KEY, text(image, PARTITION_KEY))?;
        let Some(target) = Target::parse(partition) else {
            return Ok(None);
        };
        if image.contains_key(QUARANTINE) {
            return Ok(None);
        }
        let kind = EventKind::from(required(EVENT, text(image, EVENT))?.to_owned());
        let origin = required(ORIGIN, text(image, ORIGIN).and_then(Origin::parse))?;
        if origin == Origin::Internal && kind.as_str() == DISCONNECT_ASKED {
            return Ok(None);
        }
        let received_at = required(RECEIVED_AT, time(image, RECEIVED_AT))?;
        let client_user_id = if names_the_user(origin, &kind) {
            user(image, user_in)
        } else {
            None
        };
        let hinted_by = if origin == Origin::Hint {
            user(image, hinting_user)
        } else {
            None
        };
        Ok(Some(Self {
            target,
            kind,
            received_at,
            origin,
            client_user_id,
            hinted_by,
        }))
    }
}

/// Returns the user that `read` finds in the stored body.
fn user(
    image: &HashMap<String, AttributeValue>,
    read: impl FnOnce(Vec<u8>, Encoding) -> Option<ClientUserId>,
) -> Option<ClientUserId> {
    let AttributeValue::B(bytes) = image.get(BODY)? else {
        return None;
    };
    let encoding = Encoding::parse(text(image, BODY_ENCODING)?)?;
    read(bytes.clone(), encoding)
}

/// Whether an event names a user with authority: Pluggy's events do, also when replayed, and those of
/// operators.
pub(super) fn names_the_user(origin: Origin, kind: &EventKind) -> bool {
    match origin {
        Origin::Webhook => kind.as_str().starts_with("item/"),
        Origin::Replay | Origin::Import => true,
        Origin::Hint | Origin::Internal => false,
    }
}

/// Returns the user that a stored body names.
pub(super) fn user_in(bytes: Vec<u8>, encoding: Encoding) -> Option<ClientUserId> {
    let event = Event::parse(&Body::raw(bytes, encoding)?)?;
    event.client_user_id?.parse().ok()
}

fn text<'a>(image: &'a HashMap<String, AttributeValue>, attribute: &str) -> Option<&'a str> {
    match image.get(attribute)? {
        AttributeValue::S(text) => Some(text),
        _ => None,
    }
}

fn time(image: &HashMap<String, AttributeValue>, attribute: &str) -> Option<Timestamp> {
    match image.get(attribute)? {
        AttributeValue::N(number) => Timestamp::from_millisecond(number.parse().ok()?).ok(),
        _ => None,
    }
}

fn required<T>(attribute: &'static str, value: Option<T>) -> Result<T, Error> {
    value.ok_or(Error::Corrupt { attribute })
}
