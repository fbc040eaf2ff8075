//! Where the listing of Pluggy's items goes on. It lies in `CredentialTable`, beside what else is
//! known of Pluggy rather than of an item: losing it costs one listing from the top.

use aws_sdk_dynamodb::Client;
use jiff::{SignedDuration, Timestamp};

use super::Error;
use super::attributes::{Reader, Row, number, text};
use super::error::unavailable;
use super::schema::{EXPIRES_AT, PARTITION_KEY, SCHEMA, VERSION};
use pluggy::ItemCursor;

const PLACE_ROW: &str = "LISTING_PLACE";
const AFTER: &str = "after";
/// An older place is of a listing that was turned off since.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The place, in `CredentialTable`.
#[derive(Clone, Debug)]
pub struct DiscoveryPlace {
    client: Client,
    table: String,
}

impl DiscoveryPlace {
    /// In the table named `table`.
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// Where the listing goes on; none if it begins anew.
    pub async fn get(&self, now: Timestamp) -> Result<Option<ItemCursor>, Error> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .key(PARTITION_KEY, text(PLACE_ROW))
            .consistent_read(true)
            .send()
            .await
            .map_err(unavailable("get the place in the list of items"))?;
        Ok(answer.item.as_ref().and_then(|row| from_row(row, now)))
    }

    /// Says where the next listing goes on; none if it begins anew.
    pub async fn put(&self, place: Option<&ItemCursor>, now: Timestamp) -> Result<(), Error> {
        let expires_at = now.saturating_add(KEPT_FOR).unwrap_or(now);
        let mut row = Row::from([
            (PARTITION_KEY.to_owned(), text(PLACE_ROW)),
            (SCHEMA.to_owned(), number(VERSION)),
            (EXPIRES_AT.to_owned(), number(expires_at.as_second())),
        ]);
        if let Some(place) = place {
            row.insert(AFTER.to_owned(), text(place.as_str()));
        }
        self.client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(row))
            .send()
            .await
            .map_err(unavailable("put the place in the list of items"))?;
        Ok(())
    }
}

/// A row that cannot be read is no place: the listing begins anew.
fn from_row(row: &Row, now: Timestamp) -> Option<ItemCursor> {
    let reader = Reader(row);
    let expires_at = reader.number(EXPIRES_AT).ok()??;
    if expires_at <= now.as_second() {
        return None;
    }
    reader.text(AFTER).ok()??.try_into().ok()
}
