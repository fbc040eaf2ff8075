//! Changes of rows that are published.

use serde_dynamo::Item as Image;

use super::attributes::{Reader, Row, required};
use super::event::{BODY, ERASED_AT, ORIGIN};
use super::item_row::from_row;
use super::schema::{PARTITION_KEY, SORT_KEY};
use super::{Error, EventRow, Origin, StoredItem, Target};
use pluggy::ClientId;

/// A change of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A webhook was stored.
    Webhook {
        /// Its row.
        event: Box<EventRow>,
        /// The body as received; its envelope if it was truncated.
        body: Vec<u8>,
    },
    /// The row of an item was written.
    Item {
        /// The item before; none if there was no row, or it is unreadable.
        before: Option<Box<StoredItem>>,
        /// The item after.
        after: Box<StoredItem>,
    },
}

impl Change {
    /// Decodes the images of a stream record. Returns `None` for a record that is not published: an event
    /// that is no webhook, is quarantined or lost its body in an erasure, a connector's row, or a removed row.
    pub fn from_images(old: Image, new: Image) -> Result<Option<Self>, Error> {
        Self::from_rows(&old.into(), &new.into(), None)
    }

    pub(super) fn from_rows(
        old: &Row,
        new: &Row,
        ours: Option<ClientId>,
    ) -> Result<Option<Self>, Error> {
        if new.contains_key(SORT_KEY) {
            return Self::of_event(new, ours);
        }
        let key = Reader(new).text(PARTITION_KEY).ok().flatten();
        match key.as_deref().and_then(Target::parse) {
            Some(Target::Item(_)) => Ok(Some(Self::Item {
                before: from_row(old).ok().map(Box::new),
                after: Box::new(from_row(new)?),
            })),
            Some(Target::Connector(_)) | None => Ok(None),
        }
    }

    fn of_event(row: &Row, ours: Option<ClientId>) -> Result<Option<Self>, Error> {
        let is_webhook = Reader(row).text(ORIGIN)?.as_deref() == Some(Origin::Webhook.as_str());
        if !is_webhook || row.contains_key(ERASED_AT) {
            return Ok(None);
        }
        let event = Box::new(EventRow::from_row(row)?);
        if event.is_quarantined(ours) {
            return Ok(None);
        }
        let body = required(BODY, event.decoded_body())?.into_owned();
        Ok(Some(Self::Webhook { event, body }))
    }
}
