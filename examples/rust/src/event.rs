//! What the bus puts into the queue: an event with Pluggy's webhook in it.

use std::fmt;
use std::str::FromStr;

use pluggy::{Event, EventKind, ItemId};
use serde::Deserialize;

/// The parts of the bus's envelope that matter here. Its own `id` does not: it differs where the
/// same event is published again.
#[derive(Clone, Debug, Deserialize)]
pub struct BusEvent {
    /// What it is, such as `webhook.transactions/created`.
    #[serde(rename = "detail-type")]
    pub detail_type: String,
    /// The event as Pluggy on Lambda published it.
    pub detail: Detail,
}

/// The detail of an event `webhook.*`; `docs/events/webhook.v1.schema.json` describes it in full.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Detail {
    /// The schema's major version: fields may be added to it, none goes or changes.
    pub schema_version: u32,
    /// The same in every repetition of the event.
    pub id: EventId,
    /// Pluggy's name of it.
    pub event: EventKind,
    /// The item that it is about.
    pub item_id: Option<ItemId>,
    /// What Pluggy sent; none if that was too long for the bus.
    pub body: Option<Event>,
}

/// Id of an event on the bus. Checked, since it becomes a key.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct EventId(String);

/// A message that is not the event that this consumer is for. It is no better when it comes again,
/// so it ends in the dead-letter queue, where somebody can look at it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// It is no event of the bus. Only the position is kept: serde's text would quote the message.
    #[error("not an event of the bus (line {line}, column {column})")]
    Unreadable {
        /// Where it stops making sense.
        line: usize,
        /// Where it stops making sense.
        column: usize,
    },
    /// Its schema is another one.
    #[error("version {0} of the schema is not known")]
    Version(u32),
    /// It is about something else: the rule lets through too much.
    #[error("not an event about transactions")]
    Kind,
    /// It has no body, or the body has not what it should.
    #[error("the body names no {0}")]
    Lacks(&'static str),
}

impl FromStr for BusEvent {
    type Err = Malformed;

    fn from_str(json: &str) -> Result<Self, Malformed> {
        serde_json::from_str(json).map_err(|error| Malformed::Unreadable {
            line: error.line(),
            column: error.column(),
        })
    }
}

impl EventId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for EventId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        const DIGITS: usize = 64;
        let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let is_id = text.len() == DIGITS && text.bytes().all(is_digit);
        is_id.then_some(Self(text)).ok_or("not an event's id")
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_64_hexadecimal_digits() {
        assert!(EventId::try_from("0a".repeat(32)).is_ok());
        for text in [
            "",
            "0a",
            &"0A".repeat(32),
            &"#/".repeat(32),
            &"é".repeat(32),
        ] {
            assert!(EventId::try_from(text.to_owned()).is_err(), "{text}");
        }
    }

    #[test]
    fn an_error_does_not_quote_the_message() {
        let error = r#"{"detail-type":"x","detail":{"id":"Farmacia"}}"#.parse::<BusEvent>();

        let text = error.unwrap_err().to_string();

        assert!(text.starts_with("not an event of the bus"), "{text}");
        assert!(!text.contains("Farm"), "{text}");
    }
}
