//! Batch reads of rows.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::KeysAndAttributes;

use super::Error;
use super::attributes::{Row, text};
use super::error::unavailable;
use super::schema::PARTITION_KEY;

/// Number of requests for the unprocessed keys of a batch. The SDK already retries throttled calls.
const ROUNDS: usize = 5;

/// Returns the existing rows of at most 100 partition keys of one table, in any order. They may lag behind writes.
pub(super) async fn batch_get(
    client: &Client,
    table: &str,
    keys: impl IntoIterator<Item = String>,
    operation: &'static str,
) -> Result<Vec<Row>, Error> {
    let keys: Vec<Row> = keys.into_iter().map(key).collect();
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let keys = KeysAndAttributes::builder().set_keys(Some(keys)).build();
    let wanted = HashMap::from([(table.to_owned(), keys.map_err(Error::Request)?)]);
    let mut rows = batch_get_tables(client, wanted, operation).await?;
    Ok(rows.remove(table).unwrap_or_default())
}

/// Returns the existing rows of at most 100 keys of several tables, by table and in any order.
pub(super) async fn batch_get_tables(
    client: &Client,
    wanted: HashMap<String, KeysAndAttributes>,
    operation: &'static str,
) -> Result<HashMap<String, Vec<Row>>, Error> {
    let mut pending = wanted;
    let mut rows: HashMap<String, Vec<Row>> = HashMap::new();
    for _ in 0..ROUNDS {
        if pending.is_empty() {
            break;
        }
        let request = client
            .batch_get_item()
            .set_request_items(Some(std::mem::take(&mut pending)));
        let answer = Box::pin(request.send())
            .await
            .map_err(unavailable(operation))?;
        for (table, found) in answer.responses.unwrap_or_default() {
            rows.entry(table).or_default().extend(found);
        }
        pending = answer.unprocessed_keys.unwrap_or_default();
    }
    if pending.is_empty() {
        Ok(rows)
    } else {
        let tables: Vec<_> = pending.into_keys().collect();
        Err(Error::Unavailable {
            operation,
            reason: format!("keys of {} stay unprocessed", tables.join(", ")),
        })
    }
}

/// Returns the key of the row with this partition key, in a table without a sort key.
pub(super) fn key(partition_key: String) -> Row {
    Row::from([(PARTITION_KEY.to_owned(), text(partition_key))])
}
