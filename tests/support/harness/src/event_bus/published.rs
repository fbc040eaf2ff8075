//! An event on the bus.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::entry::Entry;

/// An event on the bus.
#[derive(Clone, Debug)]
pub struct Published {
    /// The bus's own id, new for each repetition.
    pub id: Uuid,
    /// The number of the request that contained it.
    pub request: usize,
    /// The event's source.
    pub source: String,
    /// The event's type.
    pub detail_type: String,
    /// The entry's time, else the time of arrival.
    pub time: Timestamp,
    /// The event's detail, byte for byte.
    pub detail: String,
}

impl Published {
    pub(super) fn of(entry: Entry, request: usize, now: Timestamp) -> Self {
        Self {
            id: Uuid::new_v4(),
            request,
            time: entry.timestamp().unwrap_or(now),
            source: entry.source,
            detail_type: entry.detail_type,
            detail: entry.detail,
        }
    }

    /// Returns the detail as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.detail).unwrap_or_default()
    }

    /// Returns the text of one field of the detail, byte for byte.
    pub fn raw_field(&self, name: &str) -> Option<String> {
        let fields: BTreeMap<String, &RawValue> = serde_json::from_str(&self.detail).ok()?;
        Some(fields.get(name)?.get().to_owned())
    }

    /// Returns the event that a rule's target receives.
    pub(super) fn envelope(&self) -> String {
        let envelope = Envelope {
            version: "0",
            id: self.id,
            detail_type: &self.detail_type,
            source: &self.source,
            account: "123456789012",
            time: self.time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            region: "sa-east-1",
            resources: [],
            detail: serde_json::from_str(&self.detail).unwrap_or(RawValue::NULL),
        };
        serde_json::to_string(&envelope).unwrap_or_default()
    }
}

/// Source: <https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html>
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Envelope<'a> {
    version: &'static str,
    id: Uuid,
    detail_type: &'a str,
    source: &'a str,
    account: &'static str,
    time: String,
    region: &'static str,
    resources: [&'static str; 0],
    detail: &'a RawValue,
}
