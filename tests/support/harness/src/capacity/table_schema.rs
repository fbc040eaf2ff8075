//! The keys of a table and of its indexes, which decide the cost of a write beyond the row.

use serde_json::Value;

use super::{Item, WRITE_UNIT_BYTES, item_size, units};

/// The keys of a table, and its indexes.
#[derive(Clone, Debug, Default)]
pub(crate) struct TableSchema {
    key: Vec<String>,
    indexes: Vec<Index>,
}

/// An index that holds keys only.
#[derive(Clone, Debug)]
pub(crate) struct Index {
    key: Vec<String>,
    /// The attributes of an entry: the index's keys and the table's.
    projected: Vec<String>,
}

impl TableSchema {
    /// Returns the schema in a `DescribeTable` response. Only indexes with `KEYS_ONLY` projection count, and the tables
    /// have no others.
    pub(crate) fn of_description(description: &Value) -> Self {
        let table = &description["Table"];
        let key = names(&table["KeySchema"]);
        let indexes = table["GlobalSecondaryIndexes"].as_array();
        let indexes = indexes.into_iter().flatten().map(|index| {
            let index_key = names(&index["KeySchema"]);
            Index {
                projected: index_key.iter().chain(&key).cloned().collect(),
                key: index_key,
            }
        });
        Self {
            indexes: indexes.collect(),
            key,
        }
    }

    /// Returns the attributes of `item` that form its key.
    pub(crate) fn key_of(&self, item: &Item) -> Item {
        pick(item, &self.key)
    }

    pub(crate) fn indexes(&self) -> impl Iterator<Item = &Index> {
        self.indexes.iter()
    }
}

impl Index {
    /// Returns the units of a row's change: a changed entry key costs a deletion and a put.
    pub(crate) fn writes(&self, before: Option<&Item>, after: Option<&Item>) -> usize {
        let (before, after) = (self.entry(before), self.entry(after));
        if before == after {
            return 0;
        }
        let cost = |entry: &Item| units(item_size(entry), WRITE_UNIT_BYTES);
        before.iter().chain(&after).map(cost).sum()
    }

    /// Returns the entry of a row; `None` if the row lacks one of the keys.
    fn entry(&self, item: Option<&Item>) -> Option<Item> {
        let item = item?;
        let is_complete = self.key.iter().all(|name| item.contains_key(name));
        is_complete.then(|| pick(item, &self.projected))
    }
}

fn names(key_schema: &Value) -> Vec<String> {
    let keys = key_schema.as_array().into_iter().flatten();
    keys.filter_map(|key| Some(key["AttributeName"].as_str()?.to_owned()))
        .collect()
}

fn pick(item: &Item, names: &[String]) -> Item {
    let attributes = names
        .iter()
        .filter_map(|name| Some((name.clone(), item.get(name)?.clone())));
    attributes.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Units;
    use super::*;

    fn index_writes(before: Value, after: Value) -> usize {
        let key = |name: &str| json!([{"AttributeName": name, "KeyType": "HASH"}]);
        let schema = TableSchema::of_description(&json!({"Table": {
            "KeySchema": key("pk"),
            "GlobalSecondaryIndexes": [
                {"IndexName": "byOwner", "KeySchema": key("owner")},
                {"IndexName": "byNextFetch", "KeySchema": key("nextFetchAt")},
            ],
        }}));
        Units::of_index_writes(&schema, before.as_object(), after.as_object()).index_writes
    }

    #[test]
    fn an_index_is_written_where_its_entry_changes_and_twice_where_its_key_does() {
        let row = |next_fetch_at: &str| json!({"pk": {"S": "1"}, "nextFetchAt": {"N": next_fetch_at}, "status": {"S": next_fetch_at}});
        let owned = json!({"pk": {"S": "1"}, "nextFetchAt": {"N": "1"}, "owner": {"S": "usr"}, "status": {}});

        assert_eq!(index_writes(Value::Null, row("1")), 1);
        assert_eq!(index_writes(row("1"), row("1")), 0);
        assert_eq!(index_writes(row("1"), row("2")), 2);
        assert_eq!(index_writes(row("1"), owned.clone()), 1);
        assert_eq!(index_writes(row("2"), owned.clone()), 3);
        assert_eq!(index_writes(owned, Value::Null), 2);
    }
}
