//! The operator's command.

use jiff::Timestamp;
use runtime::audit::Audit;
use runtime::payload;
use serde::{Deserialize, Serialize};

use super::cursor::Cursor;

/// A command to publish again everything since a time, whether it was published before or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Command {
    /// The start of the time range.
    pub(super) since: Timestamp,
    /// Position at which publishing continues.
    pub(super) cursor: Cursor,
    /// Maximum number of events that the command publishes or dead-letters. The events of a row stay together, so the
    /// last row may exceed it.
    pub(super) limit: usize,
    /// What the command line states about the command.
    pub(super) audit: Option<Audit>,
}

/// Reason why a command was not executed. It names a field and never repeats its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InvalidCommand {
    /// The field; empty for the command as a whole.
    pub field: &'static str,
    /// Description of a valid value, as the end of a sentence that begins with the field name.
    pub reason: &'static str,
}

/// The JSON form of a command.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    action: String,
    since: Option<String>,
    cursor: Option<String>,
    limit: Option<usize>,
    audit: Option<Audit>,
}

impl Command {
    /// Parses a command. The refusal names the first wrong field.
    pub(super) fn parse(json: &str) -> Result<Self, InvalidCommand> {
        let refusal = |field, reason| InvalidCommand { field, reason };
        let fields: Fields = payload::parse(json).map_err(|_| {
            refusal(
                "",
                "must have action, since and perhaps cursor, which are text, perhaps limit, a number, perhaps audit, with a \
                 run and the ARN of a caller, and nothing else",
            )
        })?;
        if fields.action != "republish" {
            return Err(refusal("action", "must be republish"));
        }
        let since = fields.since.and_then(|since| since.parse().ok());
        let cursor = fields
            .cursor
            .map_or(Some(Cursor::START), |text| Cursor::from_text(&text));
        let limit = fields.limit.unwrap_or(usize::MAX);
        if limit == 0 {
            return Err(refusal("limit", "must be a number of events from 1 on"));
        }
        Ok(Self {
            limit,
            since: since.ok_or(refusal(
                "since",
                "must be a time such as 2026-11-23T12:00:00Z",
            ))?,
            cursor: cursor.ok_or(refusal("cursor", "must be a cursor from an earlier answer"))?,
            audit: fields.audit,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_read_with_its_cursor() {
        let command = |cursor: &str| {
            let since = "2026-11-23T12:00:00Z";
            Command::parse(&format!(
                r#"{{"action":"republish","since":"{since}","cursor":{cursor}}}"#
            ))
            .unwrap()
        };

        assert_eq!(command("null").cursor, Cursor::START);
        for cursor in [
            "webhooks.",
            "webhooks.WyJFVkVOVCMxIiwiMSJd",
            "items.",
            "items.WyJJVEVNIzEiXQ",
        ] {
            let read = command(&format!(r#""{cursor}""#)).cursor;

            assert_eq!(read.to_text(), cursor);
        }
    }

    #[test]
    fn a_command_that_says_too_little_or_too_much_is_refused_by_field() {
        for (json, field) in [
            ("[]", ""),
            ("{}", ""),
            (r#"{"action":"republish","since":7}"#, ""),
            (r#"{"action":"republish","sinse":"x"}"#, ""),
            (r#"{"action":"republish","limit":-1}"#, ""),
            (r#"{"action":"replay"}"#, "action"),
            (
                r#"{"action":"republish","since":"2026-11-23T12:00:00Z","limit":0}"#,
                "limit",
            ),
            (r#"{"action":"republish"}"#, "since"),
            (r#"{"action":"republish","since":"yesterday"}"#, "since"),
            (
                r#"{"action":"republish","since":"2026-11-23T12:00:00Z","cursor":"x"}"#,
                "cursor",
            ),
            (
                r#"{"action":"republish","since":"2026-11-23T12:00:00Z","cursor":"items.x"}"#,
                "cursor",
            ),
        ] {
            assert_eq!(Command::parse(json).unwrap_err().field, field, "{json}");
        }
    }
}
