//! The position at which a republish continues, and its text.

use store::{EventCursor, SeenCursor};

/// Position at which publishing continues. Webhooks come first, then items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cursor {
    /// After this webhook.
    Webhooks(Option<EventCursor>),
    /// After this item.
    Items(Option<SeenCursor>),
}

impl Cursor {
    /// The start position.
    pub(super) const START: Self = Self::Webhooks(None);

    /// Returns the cursor as opaque text.
    pub(super) fn to_text(&self) -> String {
        match self {
            Self::Webhooks(after) => {
                format!(
                    "webhooks.{}",
                    after
                        .as_ref()
                        .map_or_else(String::new, EventCursor::to_text)
                )
            }
            Self::Items(after) => {
                format!("items.{}", after.as_ref().map_or("", SeenCursor::as_str))
            }
        }
    }

    /// Parses what [`Self::to_text`] returned.
    pub(super) fn from_text(text: &str) -> Option<Self> {
        match text.split_once('.')? {
            ("webhooks", "") => Some(Self::Webhooks(None)),
            ("webhooks", after) => {
                EventCursor::from_text(after).map(|after| Self::Webhooks(Some(after)))
            }
            ("items", "") => Some(Self::Items(None)),
            ("items", after) => SeenCursor::from_text(after).map(|after| Self::Items(Some(after))),
            _ => None,
        }
    }
}
