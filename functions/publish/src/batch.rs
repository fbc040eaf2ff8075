//! Conversion of a batch of stream records to entries for the bus.

use aws_lambda_events::event::dynamodb::EventRecord as StreamRecord;
use jiff::Timestamp;
use serde_dynamo::AttributeValue;
use store::{Change, schema};

use crate::decode;
use crate::pending_entry::PendingEntry;
use crate::reference::RowKey;

/// Returns the entries of each record that is published, in their order. A record is decoded when its turn comes, so that
/// not all bodies are in memory at once.
pub(crate) fn entries(
    records: Vec<StreamRecord>,
    event_table: &str,
) -> impl Iterator<Item = Vec<PendingEntry>> {
    records
        .into_iter()
        .map(move |record| record_entries(record, event_table).unwrap_or_default())
        .filter(|entries| !entries.is_empty())
}

/// Returns the entries of a record, or `None` for a record without a key, which no table writes.
fn record_entries(record: StreamRecord, event_table: &str) -> Option<Vec<PendingEntry>> {
    let written_at = record_written_at(&record);
    let key = RowKey {
        pk: key(&record, schema::PARTITION_KEY)?,
        sk: key(&record, schema::SORT_KEY),
    };
    let sequence_number = record.change.sequence_number;
    let (old, new) = (record.change.old_image, record.change.new_image);
    let read = || Change::from_images(old, new);
    let mut entries = decode::entries(key, written_at, read, |change| match change {
        Change::Webhook { event, body } => {
            vec![PendingEntry::of_webhook(&event, &body, event_table)]
        }
        Change::Item { before, after } => PendingEntry::of_change(before.as_deref(), &after),
    });
    for entry in &mut entries {
        entry.sequence_number.clone_from(&sequence_number);
    }
    Some(entries)
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
