//! What a record of the tables' streams says that others may be told.

use serde_dynamo::Item as Image;

use super::attributes::Row;
use super::item_row::from_row;
use super::schema::{PARTITION_KEY, SORT_KEY};
use super::{Error, ReceivedWebhook, StoredItem, Target};
use pluggy::ClientId;

/// What happened to a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A webhook was stored.
    Webhook(ReceivedWebhook),
    /// The row of an item was written.
    Item {
        /// What it was before; none if there was none, or it could not be read.
        before: Option<Box<StoredItem>>,
        /// What it is now.
        after: Box<StoredItem>,
    },
}

/// A row of either table as a scan found it, not read yet.
#[derive(Clone, Debug)]
pub struct ScannedRow {
    row: Row,
    ours: Option<ClientId>,
}

impl Change {
    /// Reads a record's images. `None` for one of which nobody is told: an event that no webhook
    /// brought, or that is quarantined, a connector's row, or one that was removed.
    pub fn from_images(old: Image, new: Image) -> Result<Option<Self>, Error> {
        let old: Row = old.into();
        Self::from_rows(&old, &new.into(), None)
    }

    fn from_rows(old: &Row, new: &Row, ours: Option<ClientId>) -> Result<Option<Self>, Error> {
        if new.contains_key(SORT_KEY) {
            return Ok(ReceivedWebhook::from_row(new, ours)?.map(Self::Webhook));
        }
        match text(new, PARTITION_KEY).and_then(Target::parse) {
            Some(Target::Item(_)) => Ok(Some(Self::Item {
                before: from_row(old).ok().map(Box::new),
                after: Box::new(from_row(new)?),
            })),
            Some(Target::Connector(_)) | None => Ok(None),
        }
    }
}

impl ScannedRow {
    pub(super) fn new(row: Row, ours: Option<ClientId>) -> Self {
        Self { row, ours }
    }

    /// The partition key.
    pub fn partition(&self) -> Option<&str> {
        text(&self.row, PARTITION_KEY)
    }

    /// The sort key, of a row of `EventTable`.
    pub fn sort(&self) -> Option<&str> {
        text(&self.row, SORT_KEY)
    }

    /// Reads the row, as if it was written just now; an event that was taken for another
    /// application's counts if it is ours after all. `None` as for a record of a stream.
    pub fn read(&self) -> Result<Option<Change>, Error> {
        Change::from_rows(&Row::new(), &self.row, self.ours)
    }
}

fn text<'a>(row: &'a Row, attribute: &str) -> Option<&'a str> {
    row.get(attribute)?.as_s().ok().map(String::as_str)
}
