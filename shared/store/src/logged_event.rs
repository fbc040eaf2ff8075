//! Event row, as read after its stream no longer holds it.

use jiff::Timestamp;

use super::attributes::{Reader, Row, required};
use super::event_insert::{BODY, BODY_ENCODING, EVENT, ORIGIN, QUARANTINE, RECEIVED_AT, TRUNCATED};
use super::event_record::{names_the_user, user_in};
use super::schema::SORT_KEY;
use super::{Body, Encoding, Error, Origin, Quarantine};
use pluggy::{ClientId, ClientUserId, Event, EventKind};

/// A stored event, without its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedEvent {
    /// Its id.
    pub id: String,
    /// Its name.
    pub kind: EventKind,
    /// When we received it.
    pub received_at: Timestamp,
    /// Its origin.
    pub origin: Origin,
    /// Why it is quarantined, if so, as the row has it. None if its body was read and names our application
    /// after all.
    pub quarantine: Option<String>,
    /// Whether its body was truncated.
    pub is_truncated: bool,
    /// The user that it names with authority; none if its body was not read.
    pub client_user_id: Option<ClientUserId>,
}

impl LoggedEvent {
    /// Decodes a row, for the application `ours`.
    pub(super) fn from_row(row: &Row, ours: ClientId) -> Result<Self, Error> {
        let reader = Reader(row);
        let kind = EventKind::from(required(EVENT, reader.text(EVENT)?)?);
        let origin = reader.text(ORIGIN)?;
        let origin = required(ORIGIN, origin.as_deref().and_then(Origin::parse))?;
        let mut quarantine = reader.text(QUARANTINE)?;
        let is_foreign = quarantine.as_deref() == Some(Quarantine::ForeignClientId.as_str());
        if is_foreign && names(&reader, ours)? {
            quarantine = None;
        }
        let client_user_id = if quarantine.is_none() && names_the_user(origin, &kind) {
            client_user_id(&reader)?
        } else {
            None
        };
        Ok(Self {
            id: required(SORT_KEY, reader.text(SORT_KEY)?)?,
            kind,
            received_at: required(RECEIVED_AT, reader.time(RECEIVED_AT)?)?,
            origin,
            quarantine,
            is_truncated: reader.boolean(TRUNCATED)?.unwrap_or_default(),
            client_user_id,
        })
    }
}

/// Returns whether the body names the application.
fn names(reader: &Reader<'_>, application: ClientId) -> Result<bool, Error> {
    let encoding = reader.text(BODY_ENCODING)?;
    let encoding = encoding.as_deref().and_then(Encoding::parse);
    let client_id = reader
        .bytes(BODY)?
        .zip(encoding)
        .and_then(|(bytes, encoding)| Event::parse(&Body::raw(bytes, encoding)?)?.client_id);
    Ok(client_id.is_some_and(|id| id.parse() == Ok(application)))
}

fn client_user_id(reader: &Reader<'_>) -> Result<Option<ClientUserId>, Error> {
    let encoding = reader.text(BODY_ENCODING)?;
    let encoding = encoding.as_deref().and_then(Encoding::parse);
    Ok(reader
        .bytes(BODY)?
        .zip(encoding)
        .and_then(|(bytes, encoding)| user_in(bytes, encoding)))
}
