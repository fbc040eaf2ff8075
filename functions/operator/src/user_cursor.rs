//! Where the replay of a user's items goes on.

use store::{Cursor, EventCursor};

/// Where the replay of a user's items goes on: first the items that are known to be the user's,
/// then the events that name the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserCursor {
    /// Among the items.
    Items(Option<Cursor>),
    /// Among the events.
    Events(Option<EventCursor>),
}

impl UserCursor {
    const ITEMS: &str = "items";
    const EVENTS: &str = "events";

    /// The cursor as an opaque text, which needs no quotes in a shell.
    pub fn to_text(&self) -> String {
        let (part, rest) = match self {
            Self::Items(cursor) => (Self::ITEMS, cursor.as_ref().map(Cursor::to_text)),
            Self::Events(cursor) => (Self::EVENTS, cursor.as_ref().map(EventCursor::to_text)),
        };
        format!("{part}.{}", rest.unwrap_or_default())
    }

    /// Reads such a text; `None` if it is not one of ours.
    pub fn from_text(text: &str) -> Option<Self> {
        let (part, rest) = text.split_once('.')?;
        match (part, rest) {
            (Self::ITEMS, "") => Some(Self::Items(None)),
            (Self::EVENTS, "") => Some(Self::Events(None)),
            (Self::ITEMS, rest) => Some(Self::Items(Some(Cursor::from_text(rest)?))),
            (Self::EVENTS, rest) => Some(Self::Events(Some(EventCursor::from_text(rest)?))),
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
