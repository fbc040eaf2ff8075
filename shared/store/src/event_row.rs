//! A row of `EventTable`, as a query, a scan or the stream returns it.

use std::borrow::Cow;

use jiff::Timestamp;
use serde_dynamo::Item as Image;

use super::attributes::{Reader, Row, required};
use super::disconnection::{DISCONNECT_ASKED, DISCONNECTED};
use super::event::{BODY, BODY_ENCODING, EVENT, ORIGIN, QUARANTINE, RECEIVED_AT, TRUNCATED};
use super::hint::hinting_user;
use super::schema::{PARTITION_KEY, SORT_KEY};
use super::{
    EncodedBody, Encoding, Error, EventKey, Origin, Owner, Provenance, Quarantine, Target,
};
use pluggy::{ClientId, ClientUserId, Event, EventKind};

/// A stored event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRow {
    /// Its key.
    pub key: EventKey,
    /// Its name.
    pub kind: EventKind,
    /// When we received it.
    pub received_at: Timestamp,
    /// Its origin.
    pub origin: Origin,
    /// Why it was quarantined, if so. The text of a newer version may be unknown.
    pub quarantine: Option<String>,
    /// The stored body; none if the event has none, if it is unreadable, or if the query did not request it.
    pub body: Option<EncodedBody>,
    /// Whether the body is only the envelope of the received one.
    pub is_truncated: bool,
}

impl EventRow {
    /// Decodes a new image of the stream.
    pub fn from_image(image: Image) -> Result<Self, Error> {
        Self::from_row(&image.into())
    }

    pub(super) fn from_row(row: &Row) -> Result<Self, Error> {
        let reader = Reader(row);
        let origin = reader.text(ORIGIN)?;
        Ok(Self {
            key: EventKey {
                partition: required(PARTITION_KEY, reader.text(PARTITION_KEY)?)?,
                sort: required(SORT_KEY, reader.text(SORT_KEY)?)?,
            },
            kind: EventKind::from(required(EVENT, reader.text(EVENT)?)?),
            received_at: required(RECEIVED_AT, reader.time(RECEIVED_AT)?)?,
            origin: required(ORIGIN, origin.as_deref().and_then(Origin::parse))?,
            quarantine: reader.text(QUARANTINE)?,
            body: encoded_body(&reader),
            is_truncated: reader.boolean(TRUNCATED)?.unwrap_or_default(),
        })
    }

    /// Returns what the event is about, if that can be fetched from Pluggy.
    pub fn target(&self) -> Option<Target> {
        Target::parse(&self.key.partition)
    }

    /// Returns the target that the event requests a fetch of. A quarantined event requests none, and neither
    /// does a user's request to disconnect, because nothing has happened yet.
    pub fn fetch_target(&self) -> Option<Target> {
        let is_announcement =
            self.origin == Origin::Internal && self.kind.as_str() == DISCONNECT_ASKED;
        let is_signal = !self.is_quarantined(None) && !is_announcement;
        self.target().filter(|_| is_signal)
    }

    /// Returns whether the event must not be acted on. With `ours`, an event that was quarantined for another
    /// application counts if its body names our application: our setting was wrong when the event arrived.
    pub fn is_quarantined(&self, ours: Option<ClientId>) -> bool {
        match self.quarantine.as_deref() {
            None => false,
            Some(reason) if reason == Quarantine::ForeignClientId.as_str() => {
                ours.is_none_or(|ours| self.is_foreign(ours))
            }
            Some(_) => true,
        }
    }

    /// Returns whether the event was quarantined for another application, and its body does not name `ours`.
    pub(super) fn is_foreign(&self, ours: ClientId) -> bool {
        self.quarantine.as_deref() == Some(Quarantine::ForeignClientId.as_str())
            && !self.names(ours)
    }

    /// Returns the body as received, or its envelope if it was truncated. Returns `None` if there is none, or
    /// if it cannot be decompressed.
    pub fn decoded_body(&self) -> Option<Cow<'_, [u8]>> {
        self.body.as_ref()?.decode()
    }

    /// Returns the owner that the event names: an `item/*` webhook, its replay or an operator's import does. A hint
    /// makes nobody the owner.
    pub fn named_owner(&self) -> Option<Owner> {
        let provenance = match self.origin {
            Origin::Webhook if self.kind.as_str().starts_with("item/") => Provenance::Event,
            Origin::Replay => Provenance::Event,
            Origin::Import => Provenance::Import,
            Origin::Webhook | Origin::Hint | Origin::Internal => return None,
        };
        let event = Event::parse(&self.decoded_body()?)?;
        let user = event.client_user_id?.parse().ok()?;
        Some(Owner { user, provenance })
    }

    /// Returns the signed-in user whose frontend sent the hint.
    pub fn hinted_by(&self) -> Option<ClientUserId> {
        if self.origin != Origin::Hint {
            return None;
        }
        hinting_user(&self.decoded_body()?)
    }

    /// Returns whether Pluggy reports that the item was deleted: by its event, or by its response when a user
    /// disconnected it.
    pub fn reports_deletion(&self) -> bool {
        match self.origin {
            Origin::Webhook | Origin::Replay => self.kind == EventKind::ItemDeleted,
            Origin::Internal => self.kind.as_str() == DISCONNECTED,
            Origin::Hint | Origin::Import => false,
        }
    }

    fn names(&self, application: ClientId) -> bool {
        let body = self.decoded_body();
        let client_id = body.and_then(|body| Event::parse(&body)?.client_id);
        client_id.is_some_and(|id| id.parse() == Ok(application))
    }
}

/// Returns the stored body. An unreadable one counts as absent, so that its target is still fetched.
pub(super) fn encoded_body(reader: &Reader<'_>) -> Option<EncodedBody> {
    let bytes = reader.bytes(BODY).ok()??;
    let encoding = Encoding::parse(&reader.text(BODY_ENCODING).ok()??)?;
    Some(EncodedBody { bytes, encoding })
}
