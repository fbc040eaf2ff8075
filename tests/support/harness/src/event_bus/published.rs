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
    /// The bus's own id: another one for each repetition.
    pub id: Uuid,
    /// Which request brought it.
    pub request: usize,
    /// Who says so.
    pub source: String,
    /// What kind of event it is.
    pub detail_type: String,
    /// When it happened, or else arrived.
    pub time: Timestamp,
    /// What it says, byte for byte.
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

    /// What it says.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.detail).unwrap_or_default()
    }

    /// The text of one field of the detail, byte for byte.
    pub fn raw_field(&self, name: &str) -> Option<String> {
        let fields: BTreeMap<String, &RawValue> = serde_json::from_str(&self.detail).ok()?;
        Some(fields.get(name)?.get().to_owned())
    }

    /// What a rule's target gets.
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
