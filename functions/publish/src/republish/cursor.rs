//! The position at which a republish continues, and its text.

use store::ScanCursor;

/// Position at which publishing continues. Webhooks come first, then items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cursor {
    /// After this webhook.
    Webhooks(Option<ScanCursor>),
    /// After this item.
    Items(Option<ScanCursor>),
}

impl Cursor {
    /// The start position.
    pub(super) const START: Self = Self::Webhooks(None);

    /// Returns the position after another row of the same table.
    pub(super) fn moved_to(&self, after: ScanCursor) -> Self {
        match self {
            Self::Webhooks(_) => Self::Webhooks(Some(after)),
            Self::Items(_) => Self::Items(Some(after)),
        }
    }

    /// Returns the cursor as opaque text.
    pub(super) fn to_text(&self) -> String {
        let (part, after) = match self {
            Self::Webhooks(after) => ("webhooks", after),
            Self::Items(after) => ("items", after),
        };
        let after = after.as_ref().map(ScanCursor::to_text);
        format!("{part}.{}", after.unwrap_or_default())
    }

    /// Parses what [`Self::to_text`] returned.
    pub(super) fn from_text(text: &str) -> Option<Self> {
        let (part, after) = text.split_once('.')?;
        let after = match after {
            "" => None,
            after => Some(ScanCursor::from_text(after)?),
        };
        match part {
            "webhooks" => Some(Self::Webhooks(after)),
            "items" => Some(Self::Items(after)),
            _ => None,
        }
    }
}
