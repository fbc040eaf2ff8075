//! Progress of discovery in the list of Pluggy's items. It is in `CredentialTable`, with the other data about
//! Pluggy. Losing it costs one pass from the top of the list.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use jiff::{SignedDuration, Timestamp};

use super::Error;
use super::attributes::{Reader, Row, number, text, time};
use super::error::unavailable;
use super::schema::{EXPIRES_AT, PARTITION_KEY, SCHEMA, VERSION};
use super::update::{Write, outcome};
use pluggy::ItemCursor;

const PLACE_ROW: &str = "DISCOVERY_PLACE";
const AFTER: &str = "after";
const DUE_AT: &str = "dueAt";
/// Maximum age of a position. Discovery was turned off since an older one.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The position of discovery in the list, and the time of its next run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiscoveryProgress {
    /// The position in the list; `None` to start from the top.
    pub place: Option<ItemCursor>,
    /// When the next run is due; `None` if it is due now.
    pub due_at: Option<Timestamp>,
}

/// The progress, in `CredentialTable`.
#[derive(Clone, Debug)]
pub struct DiscoveryPlace {
    client: Client,
    table: String,
}

impl DiscoveryPlace {
    /// Creates the progress in the table named `table`.
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// Returns where and when discovery continues.
    pub async fn get(&self, now: Timestamp) -> Result<DiscoveryProgress, Error> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .key(PARTITION_KEY, text(PLACE_ROW))
            .consistent_read(true)
            .send()
            .await
            .map_err(unavailable("get the place in the list of items"))?;
        let progress = answer.item.as_ref().and_then(|row| from_row(row, now));
        Ok(progress.unwrap_or_default())
    }

    /// Stores that a run begins and the next one is due at `due_at`, unless another run has begun since `read` was read.
    /// Returns whether this run may begin.
    pub async fn begin(
        &self,
        read: &DiscoveryProgress,
        due_at: Timestamp,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let next = DiscoveryProgress {
            due_at: Some(due_at),
            ..read.clone()
        };
        let put = self.put_request(&next, now);
        let put = match read.due_at {
            Some(due_at) => put
                .condition_expression("dueAt = :dueAt")
                .expression_attribute_values(":dueAt", time(due_at)),
            None => put
                .condition_expression("attribute_not_exists(dueAt) OR expiresAt <= :now")
                .expression_attribute_values(":now", number(now.as_second())),
        };
        let written = outcome(put.send(), "begin a run of discovery").await?;
        Ok(written == Write::Done)
    }

    /// Stores where and when discovery continues.
    pub async fn put(&self, progress: &DiscoveryProgress, now: Timestamp) -> Result<(), Error> {
        let put = self.put_request(progress, now);
        put.send()
            .await
            .map_err(unavailable("put the place in the list of items"))?;
        Ok(())
    }

    fn put_request(&self, progress: &DiscoveryProgress, now: Timestamp) -> PutItemFluentBuilder {
        let expires_at = now.saturating_add(KEPT_FOR).unwrap_or(now);
        let mut row = Row::from([
            (PARTITION_KEY.to_owned(), text(PLACE_ROW)),
            (SCHEMA.to_owned(), number(VERSION)),
            (EXPIRES_AT.to_owned(), number(expires_at.as_second())),
        ]);
        if let Some(place) = &progress.place {
            row.insert(AFTER.to_owned(), text(place.as_str()));
        }
        if let Some(due_at) = progress.due_at {
            row.insert(DUE_AT.to_owned(), time(due_at));
        }
        self.client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(row))
    }
}

/// Decodes the progress. What cannot be read counts as absent.
fn from_row(row: &Row, now: Timestamp) -> Option<DiscoveryProgress> {
    let reader = Reader(row);
    let expires_at = reader.number(EXPIRES_AT).ok()??;
    if expires_at <= now.as_second() {
        return None;
    }
    let place = reader.text(AFTER).ok().flatten();
    Some(DiscoveryProgress {
        place: place.and_then(|place| place.try_into().ok()),
        due_at: reader.time(DUE_AT).ok().flatten(),
    })
}
