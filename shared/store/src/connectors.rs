//! Connectors in `ItemTable`: the health of connections to an institution.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use jiff::Timestamp;

use super::attributes::{Row, document, number, text, time};
use super::batch::batch_get;
use super::connector::{CONNECTOR, StoredConnector, from_row};
use super::error::unavailable;
use super::item_row::{FETCH_FAILURES, FETCHED_AT, MISSING_SINCE, summary};
use super::recent_connectors::RecentConnectors;
use super::schema::{FETCH_SHARD, NEXT_FETCH_AT, PARTITION_KEY, SCHEMA, VERSION};
use super::update::{Update, Write, outcome};
use super::{Error, Target};
use client::chain;
use pluggy::{Connector, ConnectorId};

/// Condition of a write: the row does not hold the response to a later request.
const IS_NOT_OLDER: &str = "attribute_not_exists(fetchedAt) OR fetchedAt <= :fetchedAt";

/// The connectors in `ItemTable`.
#[derive(Clone, Debug)]
pub struct Connectors {
    client: Client,
    table: String,
    recent: RecentConnectors,
}

impl Connectors {
    /// Creates the connectors of the table named `table`.
    pub fn new(client: Client, table: String) -> Self {
        Self {
            client,
            table,
            recent: RecentConnectors::default(),
        }
    }

    /// Returns the connector's row, with a consistent read.
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

    /// Returns the existing rows of some connectors, at most one minute older than `now`. Unreadable rows are
    /// left out: they only complement an item's own row.
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

    /// Writes Pluggy's response to a request sent at `fetched_at`, and the time of the next fetch, unless the
    /// row holds a later response.
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
        outcome(put.send().await, "put the connector")
    }

    /// Schedules the first fetch of an unknown connector.
    pub async fn watch(&self, id: ConnectorId, now: Timestamp) -> Result<Write, Error> {
        self.schedule(id, now, |request| {
            request.condition_expression("attribute_not_exists(pk)")
        })
        .send("watch the connector")
        .await
    }

    /// Removes the row of a connector for which Pluggy returned a 404 at `fetched_at`, unless it holds a
    /// later response.
    pub async fn forget(&self, id: ConnectorId, fetched_at: Timestamp) -> Result<Write, Error> {
        let delete = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key(PARTITION_KEY, text(Target::Connector(id).key()))
            .condition_expression(IS_NOT_OLDER)
            .expression_attribute_values(":fetchedAt", time(fetched_at));
        outcome(delete.send().await, "delete the connector")
    }

    /// Writes that Pluggy returned a 404 at `fetched_at`, and the time of the next fetch, unless the row
    /// holds a later response.
    pub async fn put_missing(
        &self,
        id: ConnectorId,
        next_fetch_at: Timestamp,
        fetched_at: Timestamp,
    ) -> Result<Write, Error> {
        self.schedule(id, next_fetch_at, is_not_older(fetched_at))
            .set(FETCHED_AT, time(fetched_at))
            .set_if_absent(MISSING_SINCE, time(fetched_at))
            .remove(FETCH_FAILURES)
            .send("update the missing connector")
            .await
    }

    /// Writes the time of the next fetch after a failed fetch at `fetched_at`, unless the row holds a later
    /// response. The last response stays.
    pub async fn put_schedule(
        &self,
        id: ConnectorId,
        next_fetch_at: Timestamp,
        fetch_failures: u32,
        fetched_at: Timestamp,
    ) -> Result<Write, Error> {
        self.schedule(id, next_fetch_at, is_not_older(fetched_at))
            .set(FETCH_FAILURES, number(fetch_failures))
            .send("update the connector's schedule")
            .await
    }

    /// Returns an update of the next fetch, under a condition.
    fn schedule(
        &self,
        id: ConnectorId,
        next_fetch_at: Timestamp,
        condition: impl FnOnce(UpdateItemFluentBuilder) -> UpdateItemFluentBuilder,
    ) -> Update {
        let request = self
            .client
            .update_item()
            .table_name(&self.table)
            .key(PARTITION_KEY, text(Target::Connector(id).key()));
        Update::new(condition(request))
            .set(SCHEMA, number(VERSION))
            .set(FETCH_SHARD, text(Target::Connector(id).fetch_shard()))
            .set(NEXT_FETCH_AT, time(next_fetch_at))
    }
}

/// Returns the condition that the row does not hold the response to a later request.
fn is_not_older(
    fetched_at: Timestamp,
) -> impl FnOnce(UpdateItemFluentBuilder) -> UpdateItemFluentBuilder {
    move |request| {
        request
            .condition_expression(IS_NOT_OLDER)
            .expression_attribute_values(":fetchedAt", time(fetched_at))
    }
}
