//! Outcome of one fetch.

use runtime::metrics::Metric;

/// Outcome of the fetch of an item or connector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The row holds Pluggy's response.
    Stored,
    /// The row was fetched after the events.
    Skipped,
    /// The row is newer, or belongs to another user. It is fetched again soon.
    Stale,
    /// Pluggy did not respond. The schedule has the time of the retry.
    BackedOff,
    /// The batch had no time or calls left, or the slow call alone kept it waiting. The schedule has the time of the fetch.
    Deferred,
    /// Pluggy has no such item. It is fetched again later.
    Missing,
    /// The item is gone.
    Tombstoned,
    /// The row cannot be read or handled. It needs a person.
    Failed,
    /// Only frontends requested the fetch, and the item does not belong to their users. Nothing is written.
    HintDropped,
    /// There is nothing to store.
    Unknown,
}

impl Outcome {
    /// Returns the name used in the log.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Skipped => "skipped",
            Self::Stale => "stale",
            Self::BackedOff => "backed-off",
            Self::Deferred => "deferred",
            Self::Missing => "missing",
            Self::Tombstoned => "tombstoned",
            Self::Failed => "failed",
            Self::HintDropped => "hint-dropped",
            Self::Unknown => "unknown",
        }
    }

    /// Returns the metric that counts items with this outcome.
    pub(crate) fn metric(self) -> Option<Metric> {
        match self {
            Self::Stored => Some(Metric::ItemsStored),
            Self::Skipped => Some(Metric::ItemsSkipped),
            Self::Stale => Some(Metric::ItemsStaleDropped),
            Self::BackedOff => Some(Metric::ItemsBackedOff),
            Self::Deferred => Some(Metric::ItemsDeferred),
            Self::Missing => Some(Metric::ItemsMissing),
            Self::Tombstoned => Some(Metric::ItemsTombstoned),
            Self::Failed => Some(Metric::ItemsFailed),
            Self::HintDropped => Some(Metric::HintsDropped),
            Self::Unknown => None,
        }
    }
}
