//! Connectors in `ItemTable`: the health of connections to an institution.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use jiff::{SignedDuration, Timestamp};

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
    watched: Watched,
}

/// Time at which this process last wrote or found the row of each connector that it watches. Clones share it.
#[derive(Clone, Debug, Default)]
struct Watched(Arc<Mutex<HashMap<ConnectorId, Timestamp>>>);

/// How long this process assumes that a row which it has seen exists.
const SEEN_FOR: SignedDuration = SignedDuration::from_hours(1);

impl Connectors {
    /// Creates the connectors of the table named `table`.
    pub fn new(client: Client, table: String) -> Self {
        Self {
            client,
            table,
            recent: RecentConnectors::default(),
            watched: Watched::default(),
        }
    }

    /// Returns the connector's row, with a consistent read.
    pub async fn get(&self, id: ConnectorId) -> Result<Option<StoredConnector>, Error> {
        let request = self
            .client
            .get_item()
            .table_name(&self.table)
            .key(PARTITION_KEY, text(Target::Connector(id).key()))
            .consistent_read(true);
        let answer = Box::pin(request.send())
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
        outcome(put.send(), "put the connector").await
    }

    /// Schedules the first fetch of an unknown connector. Makes no request if this process has seen its row within the
    /// last hour: many items of a bank fail at once.
    pub async fn watch(&self, id: ConnectorId, now: Timestamp) -> Result<Write, Error> {
        if self.watched.has(id, now) {
            return Ok(Write::Done);
        }
        let written = self
            .schedule(id, now, |request| {
                request.condition_expression("attribute_not_exists(pk)")
            })
            .send("watch the connector")
            .await?;
        self.watched.lock().insert(id, now);
        Ok(written)
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
        let deleted = outcome(delete.send(), "delete the connector").await?;
        self.watched.lock().remove(&id);
        Ok(deleted)
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

impl Watched {
    /// Whether the row was seen within the last hour. A clock that was set back has seen nothing.
    fn has(&self, id: ConnectorId, now: Timestamp) -> bool {
        let seen_for = self.lock().get(&id).map(|at| now.duration_since(*at));
        seen_for.is_some_and(|age| !age.is_negative() && age < SEEN_FOR)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ConnectorId, Timestamp>> {
        // Each entry is complete, even if a thread panicked while it held the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
