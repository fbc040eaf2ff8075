//! Changes of rows that are published, from the records of the tables' streams.

use serde_dynamo::Item as Image;

use super::attributes::Row;
use super::item_row::from_row;
use super::schema::{PARTITION_KEY, SORT_KEY};
use super::{Error, ReceivedWebhook, StoredItem, Target};
use pluggy::ClientId;

/// A change of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A webhook was stored.
    Webhook(ReceivedWebhook),
    /// The row of an item was written.
    Item {
        /// The item before; none if there was no row, or it is unreadable.
        before: Option<Box<StoredItem>>,
        /// The item after.
        after: Box<StoredItem>,
    },
}

/// A row of either table from a scan, not decoded yet.
#[derive(Clone, Debug)]
pub struct ScannedRow {
    row: Row,
    ours: Option<ClientId>,
}

impl Change {
    /// Decodes a record's images. Returns `None` for a record that is not published: an event without a
    /// webhook or in quarantine, a connector's row, or a removed row.
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

    /// Returns the partition key.
    pub fn partition(&self) -> Option<&str> {
        text(&self.row, PARTITION_KEY)
    }

    /// Returns the sort key of a row of `EventTable`.
    pub fn sort(&self) -> Option<&str> {
        text(&self.row, SORT_KEY)
    }

    /// Decodes the row as if it was just written. A quarantined event counts if it names our application.
    /// Returns `None` for a row that is not published.
    pub fn read(&self) -> Result<Option<Change>, Error> {
        Change::from_rows(&Row::new(), &self.row, self.ours)
    }
}

fn text<'a>(row: &'a Row, attribute: &str) -> Option<&'a str> {
    row.get(attribute)?.as_s().ok().map(String::as_str)
}
