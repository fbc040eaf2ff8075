//! DynamoDB stream records for event rows.

use aws_lambda_events::event::dynamodb::Event;
use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use store::schema;

use crate::tables::Row;

/// The maximum number of records in a batch of item-sync, as the template says.
pub const ITEM_SYNC_BATCH_SIZE: usize = 100;

/// Returns one batch with a record for each row, in order.
pub fn batch(rows: &[Row]) -> Event {
    let images: Vec<Value> = rows.iter().map(image).collect();
    batch_of_images(&images)
}

/// Returns one batch with a record for each new image, in order.
pub fn batch_of_images(images: &[Value]) -> Event {
    serde_json::from_value(json!({ "Records": records_of_images(images) })).unwrap()
}

/// Returns a record for each row, in order.
pub fn records(rows: &[Row]) -> Vec<Value> {
    let images: Vec<Value> = rows.iter().map(image).collect();
    records_of_images(&images)
}

/// Returns a record for each new image, in order.
pub fn records_of_images(images: &[Value]) -> Vec<Value> {
    images
        .iter()
        .enumerate()
        .map(|(index, image)| record(index, image))
        .collect()
}

/// Returns whether the mapping of item-sync passes a record of the event table on, as the template's filter says.
pub fn is_for_item_sync(record: &Value) -> bool {
    let key = record["dynamodb"]["Keys"]["pk"]["S"].as_str().unwrap();
    let prefixes = [schema::ITEM_PREFIX, schema::CONNECTOR_PREFIX];
    record["eventName"] == "INSERT" && prefixes.iter().any(|prefix| key.starts_with(prefix))
}

/// Returns a sequence number like DynamoDB's: digits, ascending.
pub fn sequence_number(index: usize) -> String {
    format!("{:028}", 1000 + index)
}

/// Returns a record of the stream of `ItemTable`.
pub fn item_record(number: usize, before: Option<&Row>, after: Option<&Row>) -> Value {
    let key = after.or(before).map(|row| image(row)["pk"].clone());
    let name = match (before, after) {
        (None, _) => "INSERT",
        (Some(_), Some(_)) => "MODIFY",
        (Some(_), None) => "REMOVE",
    };
    let mut change = json!({
        "ApproximateCreationDateTime": 1_795_435_200,
        "Keys": {"pk": key},
        "SequenceNumber": sequence_number(number),
        "SizeBytes": 400,
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    });
    for (name, row) in [("OldImage", before), ("NewImage", after)] {
        if let Some(row) = row {
            change[name] = image(row);
        }
    }
    json!({
        "eventID": format!("{number:032}"), "eventName": name, "eventVersion": "1.1",
        "eventSource": "aws:dynamodb", "awsRegion": "sa-east-1", "dynamodb": change,
    })
}

fn image(row: &Row) -> Value {
    let image: Map<String, Value> = row
        .iter()
        .map(|(name, value)| (name.clone(), attribute(value)))
        .collect();
    Value::Object(image)
}

fn record(index: usize, image: &Value) -> Value {
    json!({
        "eventID": format!("{index:032}"),
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "sa-east-1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1_795_435_200,
            "Keys": {"pk": image["pk"], "sk": image["sk"]},
            "NewImage": image,
            "SequenceNumber": sequence_number(index),
            "SizeBytes": 400,
            "StreamViewType": "NEW_IMAGE",
        },
    })
}

fn attribute(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!({ "S": text }),
        AttributeValue::N(number) => json!({ "N": number }),
        AttributeValue::Bool(boolean) => json!({ "BOOL": boolean }),
        AttributeValue::B(bytes) => json!({ "B": STANDARD.encode(bytes) }),
        other => panic!("event rows have no {other:?}"),
    }
}
