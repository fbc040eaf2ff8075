//! The rule for each operation.

use serde_json::Value;

use super::MeteredRequest;
use crate::capacity::{Consistency, Item, Units, item_size};

/// The state that a write finds.
pub(super) struct Before {
    key: Item,
    row: Option<Item>,
}

impl MeteredRequest<'_> {
    /// Reads the row that a write will find, since it cannot be read later. Returns an empty state for other
    /// operations, and `None` if the engine does not answer.
    pub(super) async fn before(&self, operation: &str) -> Option<Option<Before>> {
        let row = match operation {
            "PutItem" => &self.request["Item"],
            "UpdateItem" | "DeleteItem" => &self.request["Key"],
            _ => return Some(None),
        };
        let schema = self.schema(&self.table()).await?;
        let key = schema.key_of(row.as_object()?);
        let row = self.row(&self.table(), &key).await?;
        Some(Some(Before { key, row }))
    }

    /// Returns the units of the request; `None` if there is no rule for it here.
    pub(super) async fn units(
        &self,
        operation: &str,
        before: Option<Before>,
        is_done: bool,
        answer: &Value,
    ) -> Option<Units> {
        match operation {
            "PutItem" | "UpdateItem" | "DeleteItem" => self.written(before?, is_done).await,
            "GetItem" => {
                let key = self.request["Key"].as_object()?;
                self.read(&self.table(), key, consistency(&self.request))
                    .await
            }
            "BatchGetItem" => self.all_read().await,
            // A filter drops rows from the response that are charged too, so they cannot be counted.
            "Query" | "Scan" if self.request["FilterExpression"].is_null() => {
                let items = answer["Items"].as_array().into_iter().flatten();
                let bytes = items.filter_map(Value::as_object).map(item_size).sum();
                Some(Units::of_read(bytes, consistency(&self.request)))
            }
            _ => None,
        }
    }

    async fn written(&self, before: Before, is_done: bool) -> Option<Units> {
        let after = self.row(&self.table(), &before.key).await?;
        // A failed put is charged for the row that it would have written.
        let wanted = self.request["Item"].as_object();
        let mut units = Units::of_write(before.row.as_ref(), wanted.or(after.as_ref()));
        if is_done {
            let schema = self.schema(&self.table()).await?;
            units += Units::of_index_writes(&schema, before.row.as_ref(), after.as_ref());
        }
        Some(units)
    }

    /// Returns the units of a batch read. Each row is rounded up separately.
    async fn all_read(&self) -> Option<Units> {
        let mut sum = Units::default();
        for (table, wanted) in self.request["RequestItems"].as_object()? {
            for key in wanted["Keys"].as_array()? {
                sum += self
                    .read(table, key.as_object()?, consistency(wanted))
                    .await?;
            }
        }
        Some(sum)
    }

    async fn read(&self, table: &str, key: &Item, consistency: Consistency) -> Option<Units> {
        let row = self.row(table, key).await?;
        let bytes = row.as_ref().map(item_size).unwrap_or_default();
        Some(Units::of_read(bytes, consistency))
    }
}

fn consistency(request: &Value) -> Consistency {
    if request["ConsistentRead"] == Value::Bool(true) {
        Consistency::Strong
    } else {
        Consistency::Eventual
    }
}
