//! The tables' streams that the proofs use.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use tests::tables::Row;
use tests::{TableStream, Tables};

fn row(name: &str, value: &str) -> Row {
    let text = |value: &str| AttributeValue::S(value.to_owned());
    Row::from([
        ("pk".to_owned(), text(name)),
        ("value".to_owned(), text(value)),
    ])
}

async fn put(tables: &Tables, row: Row) {
    let put = tables.client.put_item().table_name(&tables.items);
    put.set_item(Some(row)).send().await.unwrap();
}

/// Returns a record's event name, and the row's value before and after.
fn change(record: &Value) -> (&str, &Value, &Value) {
    let change = &record["dynamodb"];
    (
        record["eventName"].as_str().unwrap(),
        &change["OldImage"]["value"]["S"],
        &change["NewImage"]["value"]["S"],
    )
}

#[tokio::test]
async fn every_write_to_an_item_is_in_the_stream_with_both_images_in_its_order() {
    let tables = Tables::create().await;
    let mut stream = TableStream::of(&tables, &tables.items).await;

    put(&tables, row("ITEM#1", "a")).await;
    put(&tables, row("ITEM#1", "b")).await;
    let first = stream.new_records().await;
    let nothing = stream.new_records().await;
    put(&tables, row("ITEM#1", "c")).await;
    let mut key = row("ITEM#1", "");
    key.remove("value");
    let delete = tables.client.delete_item().table_name(&tables.items);
    delete.set_key(Some(key)).send().await.unwrap();
    let second = stream.new_records().await;

    let null = Value::Null;
    let [a, b, c] = ["a", "b", "c"].map(|value| json!(value));
    let first_changes: Vec<_> = first.iter().map(change).collect();
    assert_eq!(first_changes, [("INSERT", &null, &a), ("MODIFY", &a, &b)]);
    assert!(nothing.is_empty());
    let second_changes: Vec<_> = second.iter().map(change).collect();
    assert_eq!(second_changes, [("MODIFY", &b, &c), ("REMOVE", &c, &null)]);
    let numbers: Vec<_> = first
        .iter()
        .chain(&second)
        .map(|record| record["dynamodb"]["SequenceNumber"].as_str().unwrap())
        .collect();
    assert!(
        numbers.iter().is_sorted_by(|one, next| one < next),
        "{numbers:?}"
    );
    assert_eq!(first[0]["dynamodb"]["Keys"], json!({"pk": {"S": "ITEM#1"}}));
}

#[tokio::test]
async fn a_batch_of_the_stream_is_what_the_runtime_reads() {
    let tables = Tables::create().await;
    let mut stream = TableStream::of(&tables, &tables.items).await;
    put(&tables, row("ITEM#1", "a")).await;

    let batch = json!({ "Records": stream.new_records().await });

    let batch: aws_lambda_events::event::dynamodb::Event = serde_json::from_value(batch).unwrap();
    assert_eq!(batch.records.len(), 1);
    assert_eq!(batch.records[0].change.new_image.len(), 2);
}
