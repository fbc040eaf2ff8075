//! A queue message: a bus event with Pluggy's webhook in it.

use std::fmt;
use std::str::FromStr;

use pluggy::{Event, EventKind, ItemId};
use serde::Deserialize;
use serde::de::DeserializeOwned;

const USER_ERASED: &str = "user.erased";

/// The used parts of the bus's envelope. Its own `id` is not used: it differs when the same event is published again.
#[derive(Clone, Debug, Deserialize)]
pub struct BusEvent {
    /// The event's type, such as `webhook.transactions/created`.
    #[serde(rename = "detail-type")]
    pub detail_type: String,
    /// The event as Pluggy on Lambda published it.
    pub detail: Detail,
}

/// An event `user.erased` of the bus. `docs/reference/events/user.v1.schema.json` describes it in full.
#[derive(Clone, Debug, Deserialize)]
pub struct UserErased {
    /// The event as Pluggy on Lambda published it.
    pub detail: ErasedDetail,
}

/// The used parts of the detail of `user.erased`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ErasedDetail {
    /// The schema's major version. Fields may be added, and none is removed or changed.
    pub schema_version: u32,
    /// The event's id, the same in every repetition.
    pub id: EventId,
    /// The items of the user.
    pub item_ids: Vec<ItemId>,
}

/// A queue message of either kind.
#[derive(Clone, Debug)]
pub enum Received {
    /// A webhook event of Pluggy.
    Webhook(Box<BusEvent>),
    /// An erased user.
    Erased(UserErased),
}

/// The type of a message's event.
#[derive(Deserialize)]
struct Kind {
    #[serde(rename = "detail-type")]
    detail_type: String,
}

/// The detail of an event `webhook.*`. `docs/reference/events/webhook.v1.schema.json` describes it in full.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Detail {
    /// The schema's major version. Fields may be added, and none is removed or changed.
    pub schema_version: u32,
    /// The event's id, the same in every repetition.
    pub id: EventId,
    /// Pluggy's name of the event.
    pub event: EventKind,
    /// The item that the event is about.
    pub item_id: Option<ItemId>,
    /// The payload that Pluggy sent; `None` if it was too long for the bus.
    pub body: Option<Event>,
}

/// The id of an event on the bus. It is validated, because it becomes a key.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct EventId(String);

/// A message that is not an event for this consumer. A retry cannot repair it, so it goes to the dead-letter queue,
/// where an operator can inspect it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The message is not a bus event. Only the position is kept, because serde's text would quote the message.
    #[error("not an event of the bus (line {line}, column {column})")]
    Unreadable {
        /// The line of the error.
        line: usize,
        /// The column of the error.
        column: usize,
    },
    /// The schema version is unknown.
    #[error("version {0} of the schema is not known")]
    Version(u32),
    /// The event is about something else: the rule matches too much.
    #[error("not an event about transactions")]
    Kind,
    /// The body is missing or lacks a field.
    #[error("the body names no {0}")]
    Lacks(&'static str),
}

impl FromStr for BusEvent {
    type Err = Malformed;

    fn from_str(json: &str) -> Result<Self, Malformed> {
        parse(json)
    }
}

impl FromStr for Received {
    type Err = Malformed;

    fn from_str(json: &str) -> Result<Self, Malformed> {
        let kind: Kind = parse(json)?;
        if kind.detail_type == USER_ERASED {
            Ok(Self::Erased(parse(json)?))
        } else {
            Ok(Self::Webhook(parse(json)?))
        }
    }
}

fn parse<T: DeserializeOwned>(json: &str) -> Result<T, Malformed> {
    serde_json::from_str(json).map_err(|error| Malformed::Unreadable {
        line: error.line(),
        column: error.column(),
    })
}

impl EventId {
    /// Returns the id as text.
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
