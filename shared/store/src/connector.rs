//! The row of a connector, and when it is retired.

use connection::MISSING_CONFIRMATION_DELAY;
use jiff::Timestamp;

use super::attributes::{Reader, Row, required};
use super::item_row::{FETCH_FAILURES, FETCHED_AT, MISSING_SINCE};
use super::schema::{NEXT_FETCH_AT, PARTITION_KEY};
use super::{Error, Target};
use pluggy::{Connector, ConnectorId};

pub(super) const CONNECTOR: &str = "connector";

/// A row of `ItemTable` about a connector.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredConnector {
    /// The connector.
    pub id: ConnectorId,
    /// Pluggy's last response; none if no fetch has succeeded yet, or Pluggy never had it.
    pub connector: Option<Connector>,
    /// Our clock when the request of the last response was sent.
    pub fetched_at: Option<Timestamp>,
    /// When Pluggy first responded that the connector does not exist, if that is its last response.
    pub missing_since: Option<Timestamp>,
    /// When to fetch it again.
    pub next_fetch_at: Option<Timestamp>,
    /// Number of failed fetches in a row.
    pub fetch_failures: u32,
}

impl StoredConnector {
    /// Returns whether Pluggy no longer has it. As with items, one 404 proves nothing; a second one an hour
    /// later does.
    pub fn is_retired(&self) -> bool {
        let answers = self.missing_since.zip(self.fetched_at);
        answers.is_some_and(|(since, fetched_at)| {
            fetched_at.duration_since(since) >= MISSING_CONFIRMATION_DELAY
        })
    }
}

/// Decodes a row.
pub(super) fn from_row(row: &Row) -> Result<StoredConnector, Error> {
    let reader = Reader(row);
    let key = required(PARTITION_KEY, reader.text(PARTITION_KEY)?)?;
    let Some(Target::Connector(id)) = Target::parse(&key) else {
        return Err(Error::Corrupt {
            attribute: PARTITION_KEY,
        });
    };
    Ok(StoredConnector {
        id,
        connector: reader.document(CONNECTOR),
        fetched_at: reader.time(FETCHED_AT)?,
        missing_since: reader.time(MISSING_SINCE)?,
        next_fetch_at: reader.time(NEXT_FETCH_AT)?,
        fetch_failures: reader.count(FETCH_FAILURES)?,
    })
}
