//! The rules by which the meter counts, compared with the engine's own counts.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use harness::Consumption;
use runtime::clock::now;
use tests::sample;
use tests::tables::Row;

use super::{Metered, USER};

/// An operation for which DynamoDB Local counts nothing when a key has no row. The documentation does: "If you
/// perform a read operation on an item that does not exist, DynamoDB still consumes read throughput".
const COUNTED_OTHERWISE: &str = "BatchGetItem";

fn check(asked: &Consumption) {
    assert_eq!(asked.reported, asked.units, "{asked:?}");
}

#[tokio::test]
async fn the_requests_of_the_functions_cost_the_same_in_the_engine_and_by_the_rules() {
    let metered = Metered::start().await;
    let item_id = metered.connect().await;
    let mut asked = Vec::new();

    metered.sync().await;
    asked.extend(metered.requests());
    metered.change(item_id).await;
    metered.sync().await;
    asked.extend(metered.requests());
    metered.deliver("transactions/created", item_id).await;
    asked.extend(metered.requests());
    let list = sample::get_items(USER, &[]);
    item_status::handle(&metered.deployment.item_status(), list, now()).await;
    asked.extend(metered.requests());

    let kinds: BTreeSet<&str> = asked.iter().map(|asked| asked.operation.as_str()).collect();
    let expected = ["BatchGetItem", "GetItem", "PutItem", "Query", "Scan"];
    assert_eq!(kinds, BTreeSet::from(expected));
    asked
        .iter()
        .filter(|asked| asked.operation != COUNTED_OTHERWISE)
        .for_each(check);
}

#[tokio::test]
async fn sizes_are_rounded_up_in_the_engine_as_by_the_rules() {
    let metered = Metered::start().await;

    for bytes in [1, 1024, 1025, 4096, 4097, 10_000] {
        put(&metered, sized("1", bytes)).await;
        for consistent in [true, false] {
            get(&metered, "1", consistent).await;
        }
    }
    put(&metered, sized("1", 20)).await;

    let asked = metered.requests();
    let writes: Vec<usize> = asked
        .iter()
        .filter(|asked| asked.operation == "PutItem")
        .map(|asked| asked.units.unwrap().writes)
        .collect();
    assert_eq!(writes, [1, 1, 2, 4, 5, 10, 10]);
    asked.iter().for_each(check);
}

#[tokio::test]
async fn entries_of_indexes_cost_the_same_in_the_engine_and_by_the_rules() {
    let metered = Metered::start().await;
    let due = |next_fetch_at: &str| {
        [
            ("fetchShard", AttributeValue::S("01".to_owned())),
            ("nextFetchAt", AttributeValue::N(next_fetch_at.to_owned())),
        ]
    };
    let row = |attributes: [(&str, AttributeValue); 2]| {
        let mut row = sized("1", 100);
        row.extend(attributes.map(|(name, value)| (name.to_owned(), value)));
        row
    };

    for row in [row(due("1")), row(due("1")), row(due("2")), sized("1", 100)] {
        put(&metered, row).await;
    }

    let asked = metered.requests();
    let index_writes: Vec<usize> = asked
        .iter()
        .map(|asked| asked.units.unwrap().index_writes)
        .collect();
    assert_eq!(index_writes, [1, 0, 2, 1]);
    asked.iter().for_each(check);
}

/// Returns a row of at least this many bytes.
fn sized(key: &str, bytes: usize) -> Row {
    let text = |text: String| AttributeValue::S(text);
    let rest = bytes.saturating_sub("pk".len() + key.len() + "x".len());
    Row::from([
        ("pk".to_owned(), text(key.to_owned())),
        ("x".to_owned(), text("x".repeat(rest))),
    ])
}

async fn put(metered: &Metered, row: Row) {
    let tables = &metered.deployment.tables;
    let put = tables.client.put_item().table_name(&tables.items);
    put.set_item(Some(row)).send().await.unwrap();
}

async fn get(metered: &Metered, key: &str, consistent: bool) {
    let tables = &metered.deployment.tables;
    let get = tables.client.get_item().table_name(&tables.items);
    let key = AttributeValue::S(key.to_owned());
    let get = get.key("pk", key).consistent_read(consistent);
    get.send().await.unwrap();
}
