//! Position of discovery in the list of Pluggy's items. It is in `CredentialTable`, with the other data about
//! Pluggy. Losing it costs one pass from the top of the list.

use aws_sdk_dynamodb::Client;
use jiff::{SignedDuration, Timestamp};

use super::Error;
use super::attributes::{Reader, Row, number, text};
use super::error::unavailable;
use super::schema::{EXPIRES_AT, PARTITION_KEY, SCHEMA, VERSION};
use pluggy::ItemCursor;

const PLACE_ROW: &str = "DISCOVERY_PLACE";
const AFTER: &str = "after";
/// Maximum age of a position. Discovery was turned off since an older one.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The position, in `CredentialTable`.
#[derive(Clone, Debug)]
pub struct DiscoveryPlace {
    client: Client,
    table: String,
}

impl DiscoveryPlace {
    /// Creates the position in the table named `table`.
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// Returns where discovery continues, or `None` to start from the top.
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

    /// Stores where discovery continues; `None` to start from the top.
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

/// Decodes the position. An unreadable row counts as absent.
fn from_row(row: &Row, now: Timestamp) -> Option<ItemCursor> {
    let reader = Reader(row);
    let expires_at = reader.number(EXPIRES_AT).ok()??;
    if expires_at <= now.as_second() {
        return None;
    }
    reader.text(AFTER).ok()??.try_into().ok()
}
