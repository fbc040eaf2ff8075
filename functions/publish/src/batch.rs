//! From the records of a batch to what there is to tell.

use std::panic::catch_unwind;

use aws_lambda_events::event::dynamodb::EventRecord as StreamRecord;
use jiff::Timestamp;
use serde_dynamo::AttributeValue;
use shared::store::{Change, schema};
use shared::telemetry::chain;

use crate::post::Post;
use crate::reference::{Reference, RowKey};

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

/// A record that our code cannot read, whatever it does over it, must not hold up the others.
fn post(record: StreamRecord, event_table: &str) -> Option<Post> {
    let written_at = record_written_at(&record);
    let key = RowKey {
        pk: key(&record, schema::PARTITION_KEY)?,
        sk: key(&record, schema::SORT_KEY),
    };
    let sequence_number = record.change.sequence_number.clone();
    let (old, new) = (record.change.old_image, record.change.new_image);
    let read = catch_unwind(|| {
        Ok(match Change::from_images(old, new)? {
            Some(Change::Webhook(webhook)) => Some(Post::of_webhook(&webhook, event_table)),
            Some(Change::Item { before, after }) => Post::of_change(before.as_deref(), &after),
            None => None,
        })
    });
    let post = read.unwrap_or_else(|_| Err(Unreadable::Panicked));
    let post = post.unwrap_or_else(|error| {
        tracing::error!(error = chain(&error), "record not readable");
        Some(Post {
            entry: None,
            reference: Reference {
                key,
                id: None,
                detail_type: None,
                since: written_at,
            },
            sequence_number: None,
        })
    })?;
    Some(Post {
        sequence_number,
        ..post
    })
}

#[derive(Debug, thiserror::Error)]
enum Unreadable {
    #[error(transparent)]
    Row(#[from] shared::store::Error),
    #[error("our code panicked")]
    Panicked,
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
