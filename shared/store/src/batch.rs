//! Batch reads of rows.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::KeysAndAttributes;

use super::Error;
use super::attributes::{Row, text};
use super::error::unavailable;
use super::schema::PARTITION_KEY;

/// Number of requests for the unprocessed keys of a batch. The SDK already retries throttled calls.
const ROUNDS: usize = 3;

/// Returns the existing rows of at most 100 partition keys, in any order.
pub(super) async fn batch_get(
    client: &Client,
    table: &str,
    keys: impl IntoIterator<Item = String>,
    operation: &'static str,
) -> Result<Vec<Row>, Error> {
    let mut pending: Vec<Row> = keys
        .into_iter()
        .map(|key| Row::from([(PARTITION_KEY.to_owned(), text(key))]))
        .collect();
    let mut rows = Vec::with_capacity(pending.len());
    for _ in 0..ROUNDS {
        if pending.is_empty() {
            break;
        }
        let request = KeysAndAttributes::builder()
            .set_keys(Some(std::mem::take(&mut pending)))
            .build();
        let answer = client
            .batch_get_item()
            .request_items(table, request.map_err(Error::Request)?)
            .send()
            .await
            .map_err(unavailable(operation))?;
        rows.extend(answer.responses.unwrap_or_default().into_values().flatten());
        pending = answer
            .unprocessed_keys
            .unwrap_or_default()
            .remove(table)
            .map(|keys| keys.keys)
            .unwrap_or_default();
    }
    if pending.is_empty() {
        Ok(rows)
    } else {
        Err(Error::Unavailable {
            operation,
            reason: "keys stay unprocessed".to_owned(),
        })
    }
}
