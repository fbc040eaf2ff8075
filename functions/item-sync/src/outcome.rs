//! What became of an item.

/// What became of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The row is what Pluggy answered.
    Stored,
    /// The row was read after the events came.
    Skipped,
    /// The row holds something newer, or belongs to another user; it is read again soon.
    Stale,
    /// Pluggy gave no answer; the item's schedule says when to ask again.
    BackedOff,
    /// The batch had no time left; the item's schedule says when to ask.
    PutBack,
    /// Pluggy has no such item; asked again later.
    Missing,
    /// The item is gone.
    Tombstoned,
    /// There is nothing to know or keep.
    Unknown,
}

impl Outcome {
    /// Name in the log.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Skipped => "skipped",
            Self::Stale => "stale",
            Self::BackedOff => "backed-off",
            Self::PutBack => "put-back",
            Self::Missing => "missing",
            Self::Tombstoned => "tombstoned",
            Self::Unknown => "unknown",
        }
    }
}
