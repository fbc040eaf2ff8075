//! From the records of a batch to what there is to tell.

use aws_lambda_events::event::dynamodb::EventRecord as StreamRecord;
use jiff::Timestamp;
use serde_dynamo::AttributeValue;
use shared::store::{Change, schema};

use crate::post::Post;
use crate::reading;
use crate::reference::RowKey;

/// One post for each record of which anybody is told, in their order.
pub(crate) fn posts(records: Vec<StreamRecord>, event_table: &str) -> Vec<Post> {
    records
        .into_iter()
        .filter_map(|record| post(record, event_table))
        .collect()
}

/// When the oldest record was written; none if there is none.
pub(crate) fn written_at(records: &[StreamRecord]) -> Option<Timestamp> {
    records.iter().map(record_written_at).min()
}

fn post(record: StreamRecord, event_table: &str) -> Option<Post> {
    let written_at = record_written_at(&record);
    let key = RowKey {
        pk: key(&record, schema::PARTITION_KEY)?,
        sk: key(&record, schema::SORT_KEY),
    };
    let sequence_number = record.change.sequence_number;
    let (old, new) = (record.change.old_image, record.change.new_image);
    let read = || Change::from_images(old, new);
    let post = reading::post(key, written_at, read, |change| match change {
        Change::Webhook(webhook) => Some(Post::of_webhook(&webhook, event_table)),
        Change::Item { before, after } => Post::of_change(before.as_deref(), &after),
    })?;
    Some(Post {
        sequence_number,
        ..post
    })
}

fn key(record: &StreamRecord, attribute: &str) -> Option<String> {
    match record.change.keys.get(attribute)? {
        AttributeValue::S(key) => Some(key.clone()),
        _ => None,
    }
}

fn record_written_at(record: &StreamRecord) -> Timestamp {
    let milliseconds = record
        .change
        .approximate_creation_date_time
        .timestamp_millis();
    Timestamp::from_millisecond(milliseconds).unwrap_or_default()
}
