//! What became of an item, or of a connector.

use runtime::metrics::Metric;

/// What became of an item, or of a connector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The row is what Pluggy answered.
    Stored,
    /// The row was read after the events came.
    Skipped,
    /// The row holds something newer, or belongs to another user; it is read again soon.
    Stale,
    /// Pluggy gave no answer; the schedule says when to ask again.
    BackedOff,
    /// The batch had no time left; the schedule says when to ask.
    Deferred,
    /// Pluggy has no such item; asked again later.
    Missing,
    /// The item is gone.
    Tombstoned,
    /// The row cannot be read, and waits for a person.
    Parked,
    /// Frontends alone asked for the look, and the item was not found to be their users'; nothing
    /// is written.
    HintDropped,
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
            Self::Deferred => "put-back",
            Self::Missing => "missing",
            Self::Tombstoned => "tombstoned",
            Self::Parked => "parked",
            Self::HintDropped => "hint-dropped",
            Self::Unknown => "unknown",
        }
    }

    /// What counts items with this outcome.
    pub(crate) fn metric(self) -> Option<Metric> {
        match self {
            Self::Stored => Some(Metric::ItemsStored),
            Self::Skipped => Some(Metric::ItemsSkipped),
            Self::Stale => Some(Metric::ItemsStaleDropped),
            Self::BackedOff => Some(Metric::ItemsBackedOff),
            Self::Deferred => Some(Metric::ItemsDeferred),
            Self::Missing => Some(Metric::ItemsMissing),
            Self::Tombstoned => Some(Metric::ItemsTombstoned),
            Self::Parked => Some(Metric::ItemsFailed),
            Self::HintDropped => Some(Metric::HintsDropped),
            Self::Unknown => None,
        }
    }
}
