//! Position in the replay or export of a user's items.

use store::{Cursor, ScanCursor};

/// Position in the replay or export of a user's items. Both cover the items that the user owns first, then the
/// events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserCursor {
    /// A position among the items.
    Items(Option<Cursor>),
    /// A position among the events.
    Events(Option<ScanCursor>),
}

impl UserCursor {
    const ITEMS: &str = "items";
    const EVENTS: &str = "events";

    /// Returns the cursor as opaque text that needs no quotes in a shell.
    pub fn to_text(&self) -> String {
        let (part, rest) = match self {
            Self::Items(cursor) => (Self::ITEMS, cursor.as_ref().map(Cursor::to_text)),
            Self::Events(cursor) => (Self::EVENTS, cursor.as_ref().map(ScanCursor::to_text)),
        };
        format!("{part}.{}", rest.unwrap_or_default())
    }

    /// Parses such a text. Returns `None` if it is not a cursor.
    pub fn from_text(text: &str) -> Option<Self> {
        let (part, rest) = text.split_once('.')?;
        match (part, rest) {
            (Self::ITEMS, "") => Some(Self::Items(None)),
            (Self::EVENTS, "") => Some(Self::Events(None)),
            (Self::ITEMS, rest) => Some(Self::Items(Some(Cursor::from_text(rest)?))),
            (Self::EVENTS, rest) => Some(Self::Events(Some(ScanCursor::from_text(rest)?))),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_says_in_which_part_a_users_replay_goes_on() {
        for text in ["items.", "events."] {
            assert_eq!(UserCursor::from_text(text).unwrap().to_text(), text);
        }
        for text in ["", "items", "events.!", "items.x", "users."] {
            assert_eq!(UserCursor::from_text(text), None, "{text}");
        }
    }
}
