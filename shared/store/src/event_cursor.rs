//! Cursor of a scan of the events.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::attributes::{Reader, Row, required, text};
use super::schema::{PARTITION_KEY, SORT_KEY};
use super::{Error, Target};

/// The row of `EventTable` after which a scan continues.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventCursor((String, String));

impl EventCursor {
    /// Returns the cursor as opaque text that needs no quotes in a shell.
    pub fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// Parses such a text. Returns `None` if it is not a cursor.
    pub fn from_text(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let cursor: Self = serde_json::from_slice(&bytes).ok()?;
        let (partition, sort) = &cursor.0;
        // DynamoDB refuses empty keys and longer ones.
        let is_key = (1..=2048).contains(&partition.len()) && (1..=1024).contains(&sort.len());
        is_key.then_some(cursor)
    }

    pub(super) fn from_row(row: &Row) -> Result<Self, Error> {
        let reader = Reader(row);
        Ok(Self((
            required(PARTITION_KEY, reader.text(PARTITION_KEY)?)?,
            required(SORT_KEY, reader.text(SORT_KEY)?)?,
        )))
    }

    /// Returns the target of the row.
    pub(super) fn target(&self) -> Option<Target> {
        Target::parse(&self.0.0)
    }

    pub(super) fn to_row(&self) -> Row {
        let (partition, sort) = &self.0;
        Row::from([
            (PARTITION_KEY.to_owned(), text(partition)),
            (SORT_KEY.to_owned(), text(sort)),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_trip_through_a_terminal() {
        let cursor = EventCursor(("EVENT#a b\"'$".to_owned(), "1".to_owned()));

        let text = cursor.to_text();

        assert!(
            text.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        );
        assert_eq!(EventCursor::from_text(&text), Some(cursor));
    }

    #[test]
    fn a_text_that_is_no_cursor_is_refused() {
        let long = URL_SAFE_NO_PAD.encode(format!(r#"["{}","1"]"#, "x".repeat(2049)));
        for text in [
            "",
            "x",
            "!!",
            &URL_SAFE_NO_PAD.encode("{}"),
            &URL_SAFE_NO_PAD.encode(r#"["",""]"#),
            &URL_SAFE_NO_PAD.encode(r#"["ITEM#1"]"#),
            &long,
        ] {
            assert_eq!(EventCursor::from_text(text), None, "{text}");
        }
    }
}
