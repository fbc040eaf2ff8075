//! What a record of the tables' streams says that others may be told.

use serde_dynamo::Item as Image;

use super::attributes::Row;
use super::item_row::from_row;
use super::schema::{PARTITION_KEY, SORT_KEY};
use super::{Error, ReceivedWebhook, StoredItem, Target};

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

impl Change {
    /// Reads a record's images. `None` for one of which nobody is told: an event that no webhook
    /// brought, or that is quarantined, a connector's row, or one that was removed.
    pub fn from_images(old: Image, new: Image) -> Result<Option<Self>, Error> {
        let new = row(new);
        if new.contains_key(SORT_KEY) {
            return Ok(ReceivedWebhook::from_row(&new, None)?.map(Self::Webhook));
        }
        let key = new.get(PARTITION_KEY).and_then(|key| key.as_s().ok());
        let target = key.and_then(|key| Target::parse(key));
        let Some(Target::Item(_)) = target else {
            return Ok(None);
        };
        let old = row(old);
        Ok(Some(Self::Item {
            before: from_row(&old).ok().map(Box::new),
            after: Box::new(from_row(&new)?),
        }))
    }
}

fn row(image: Image) -> Row {
    image.into()
}
