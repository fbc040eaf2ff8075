//! The connectors in `ItemTable`: how well connections to an institution work.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use jiff::Timestamp;

use super::attributes::{Reader, Row, document, number, required, text, time};
use super::batch::batch_get;
use super::error::unavailable;
use super::item_row::{FETCH_FAILURES, FETCHED_AT, MISSING_SINCE, summary};
use super::item_writes::{Write, guarded, guarded_delete, guarded_update};
use super::recent_connectors::RecentConnectors;
use super::schema::{FETCH_SHARD, NEXT_FETCH_AT, PARTITION_KEY, SCHEMA, VERSION};
use super::{Error, Target};
use client::chain;
use connection::MISSING_CONFIRMATION_DELAY;
use pluggy::{Connector, ConnectorId};

const CONNECTOR: &str = "connector";
/// What a write relies on: the row does not hold the answer to a later request.
const IS_NOT_OLDER: &str = "attribute_not_exists(fetchedAt) OR fetchedAt <= :fetchedAt";

/// A row of `ItemTable` about a connector.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredConnector {
    /// The connector.
    pub id: ConnectorId,
    /// What Pluggy last answered about it; none if it has not answered yet, or never knew it.
    pub connector: Option<Connector>,
    /// Our clock when the request was sent that Pluggy answered last.
    pub fetched_at: Option<Timestamp>,
    /// When Pluggy first said that there is no such connector, if that is what it said last.
    pub missing_since: Option<Timestamp>,
    /// When to ask again.
    pub next_fetch_at: Option<Timestamp>,
    /// How many reads in a row have failed.
    pub fetch_failures: u32,
}

impl StoredConnector {
    /// Whether Pluggy has it no more: as with items, one 404 proves nothing, and a second one an
    /// hour later does.
    pub fn is_retired(&self) -> bool {
        let answers = self.missing_since.zip(self.fetched_at);
        answers.is_some_and(|(since, fetched_at)| {
            fetched_at.duration_since(since) >= MISSING_CONFIRMATION_DELAY
        })
    }
}

/// The connectors in `ItemTable`.
#[derive(Clone, Debug)]
pub struct Connectors {
    client: Client,
    table: String,
    recent: RecentConnectors,
}

impl Connectors {
    /// Those in the table named `table`.
    pub fn new(client: Client, table: String) -> Self {
        Self {
            client,
            table,
            recent: RecentConnectors::default(),
        }
    }

    /// The connector's row, as it is at this moment.
    pub async fn get(&self, id: ConnectorId) -> Result<Option<StoredConnector>, Error> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .key(PARTITION_KEY, text(Target::Connector(id).key()))
            .consistent_read(true)
            .send()
            .await
            .map_err(unavailable("get the connector"))?;
        answer.item.as_ref().map(from_row).transpose()
    }

    /// The rows that there are of some connectors, as they were at most a minute before `now`. One
    /// that cannot be read is left out: it only adds to what an item's own row says.
    pub async fn recent(
        &self,
        ids: impl IntoIterator<Item = ConnectorId>,
        now: Timestamp,
    ) -> Result<HashMap<ConnectorId, StoredConnector>, Error> {
        let (mut connectors, unknown) = self.recent.of(ids, now);
        let read = self.get_all(&unknown).await?;
        self.recent.remember(&unknown, &read, now);
        connectors.extend(read);
        Ok(connectors)
    }

    async fn get_all(
        &self,
        ids: &[ConnectorId],
    ) -> Result<HashMap<ConnectorId, StoredConnector>, Error> {
        let keys = ids.iter().map(|id| Target::Connector(*id).key());
        let rows = batch_get(&self.client, &self.table, keys, "get the connectors").await?;
        let connectors = rows.iter().filter_map(|row| {
            from_row(row)
                .inspect_err(|error| tracing::error!(error = chain(error), "connector left out"))
                .ok()
        });
        Ok(connectors
            .map(|connector| (connector.id, connector))
            .collect())
    }

    /// Writes what Pluggy answered to a request sent at `fetched_at`, and when to ask again, unless the
    /// row holds the answer to a later one.
    pub async fn put_snapshot(
        &self,
        connector: &Connector,
        next_fetch_at: Timestamp,
        fetched_at: Timestamp,
    ) -> Result<Write, Error> {
        let mut row = Row::from([
            (
                PARTITION_KEY.to_owned(),
                text(Target::Connector(connector.id).key()),
            ),
            (SCHEMA.to_owned(), number(VERSION)),
            (FETCHED_AT.to_owned(), time(fetched_at)),
            (
                FETCH_SHARD.to_owned(),
                text(Target::Connector(connector.id).fetch_shard()),
            ),
            (NEXT_FETCH_AT.to_owned(), time(next_fetch_at)),
        ]);
        if let Some(connector) = document(&summary(connector)) {
            row.insert(CONNECTOR.to_owned(), connector);
        }
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(row))
            .condition_expression(IS_NOT_OLDER)
            .expression_attribute_values(":fetchedAt", time(fetched_at));
        guarded(put, "put the connector").await
    }

    /// Has a connector asked for that nothing is known of yet.
    pub async fn watch(&self, id: ConnectorId, now: Timestamp) -> Result<Write, Error> {
        let update = self
            .schedule(id, now, "")
            .condition_expression("attribute_not_exists(pk)");
        guarded_update(update, "watch the connector").await
    }

    /// Removes the row of a connector that Pluggy did not know when it was asked at `fetched_at`, unless
    /// it holds the answer to a later request.
    pub async fn forget(&self, id: ConnectorId, fetched_at: Timestamp) -> Result<Write, Error> {
        let delete = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key(PARTITION_KEY, text(Target::Connector(id).key()))
            .condition_expression(IS_NOT_OLDER)
            .expression_attribute_values(":fetchedAt", time(fetched_at));
        guarded_delete(delete, "delete the connector").await
    }

    /// Writes that Pluggy did not know the connector when it was asked at `fetched_at`, and when to ask
    /// again, unless the row holds the answer to a later request.
    pub async fn put_missing(
        &self,
        id: ConnectorId,
        next_fetch_at: Timestamp,
        fetched_at: Timestamp,
    ) -> Result<Write, Error> {
        let missing = ", fetchedAt = :fetchedAt, missingSince = if_not_exists(missingSince, :fetchedAt) REMOVE fetchFailures";
        let update = self
            .schedule(id, next_fetch_at, missing)
            .condition_expression(IS_NOT_OLDER)
            .expression_attribute_values(":fetchedAt", time(fetched_at));
        guarded_update(update, "update the missing connector").await
    }

    /// Writes when to ask again after a read at `fetched_at` that failed, unless the row holds the
    /// answer to a later one. What is known stays.
    pub async fn put_schedule(
        &self,
        id: ConnectorId,
        next_fetch_at: Timestamp,
        fetch_failures: u32,
        fetched_at: Timestamp,
    ) -> Result<Write, Error> {
        let update = self
            .schedule(id, next_fetch_at, ", fetchFailures = :fetchFailures")
            .condition_expression(IS_NOT_OLDER)
            .expression_attribute_values(":fetchFailures", number(fetch_failures))
            .expression_attribute_values(":fetchedAt", time(fetched_at));
        guarded_update(update, "update the connector's schedule").await
    }

    /// An update that says when to ask for the connector, and whatever else `further` sets.
    fn schedule(
        &self,
        id: ConnectorId,
        next_fetch_at: Timestamp,
        further: &str,
    ) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.table)
            .key(PARTITION_KEY, text(Target::Connector(id).key()))
            .update_expression(format!(
                "SET #schema = :schema, fetchShard = :fetchShard, nextFetchAt = :nextFetchAt{further}"
            ))
            .expression_attribute_names("#schema", SCHEMA)
            .expression_attribute_values(":schema", number(VERSION))
            .expression_attribute_values(":fetchShard", text(Target::Connector(id).fetch_shard()))
            .expression_attribute_values(":nextFetchAt", time(next_fetch_at))
    }
}

fn from_row(row: &Row) -> Result<StoredConnector, Error> {
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
