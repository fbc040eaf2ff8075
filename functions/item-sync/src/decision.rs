//! Decisions: what to write, count and log for one item. Only [`apply`](mod@crate::apply) carries them out.

use jiff::Timestamp;
use pluggy::ConnectorId;
use runtime::metrics::Metric;
use store::{ItemUpdate, Owner, PendingSignal, Schedule, Snapshot};

use crate::outcome::Outcome;
use crate::owner::Owners;

/// The result of an item's fetch: what to write, count and log.
#[derive(Debug)]
pub(crate) struct Decision {
    /// The outcome, unless a write finds that the row has changed since it was read.
    pub(crate) outcome: Outcome,
    /// The writes, in this order.
    pub(crate) writes: Vec<Write>,
    /// The writes that replace those that are left when the row has changed. The outcome is then stale.
    pub(crate) if_changed: Vec<Write>,
    /// The metrics to count, besides that of the outcome.
    pub(crate) metrics: Vec<Metric>,
    /// The metric to count if nothing has changed the row.
    pub(crate) if_unchanged: Option<Metric>,
    /// The lines to log.
    pub(crate) log: Vec<LogLine>,
}

/// A write to the item's row.
#[derive(Debug, PartialEq)]
pub(crate) enum Write {
    /// Pluggy's response.
    Snapshot {
        update: Box<ItemUpdate>,
        snapshot: Snapshot,
        /// The schedule of the row that was read.
        read: Box<Schedule>,
    },
    /// The schedule after a fetch at `fetched_at` that returned no state, and the row's snapshot without what has
    /// expired, if anything has.
    Schedule {
        update: Box<ItemUpdate>,
        emptied: Option<Snapshot>,
        fetched_at: Timestamp,
    },
    /// The tombstone of an item that is proven gone.
    Tombstone {
        created_at: Timestamp,
        deleted_at: Timestamp,
    },
    /// The removal of a placeholder that Pluggy never reported.
    Forget,
    /// The owner alone. A row whose owner has the same or a higher rank keeps it.
    Claim { owner: Owner, created_at: Timestamp },
    /// The requests to the user, without those that have expired, of this snapshot.
    Requests(Snapshot),
    /// An earlier next fetch, after one at `fetched_at`.
    Hasten {
        schedule: Schedule,
        fetched_at: Timestamp,
    },
    /// A signal, unless the row has a stronger one.
    Signal(PendingSignal),
    /// The retry of an item that our code cannot handle.
    Failed {
        created_at: Timestamp,
        next_fetch_at: Timestamp,
        pending_signal: Option<PendingSignal>,
    },
    /// The tombstone of an item that nothing may be stored about, because this owner was erased.
    Erase { owner: Owner, now: Timestamp },
    /// The first fetch of a connector whose item fails.
    WatchConnector { id: ConnectorId, now: Timestamp },
}

impl Write {
    /// Whether its condition holds only if the row is as it was read. Any other write may be refused without a
    /// loss.
    pub(crate) fn is_guarded(&self) -> bool {
        match self {
            Self::Snapshot { .. }
            | Self::Schedule { .. }
            | Self::Tombstone { .. }
            | Self::Forget => true,
            Self::Claim { .. }
            | Self::Requests(_)
            | Self::Hasten { .. }
            | Self::Signal(_)
            | Self::Failed { .. }
            | Self::Erase { .. }
            | Self::WatchConnector { .. } => false,
        }
    }

    /// Returns the owner that it stores.
    pub(crate) fn owner(&self) -> Option<&Owner> {
        match self {
            Self::Snapshot { update, .. } | Self::Schedule { update, .. } => update.owner.as_ref(),
            Self::Claim { owner, .. } => Some(owner),
            Self::Tombstone { .. }
            | Self::Forget
            | Self::Requests(_)
            | Self::Hasten { .. }
            | Self::Signal(_)
            | Self::Failed { .. }
            | Self::Erase { .. }
            | Self::WatchConnector { .. } => None,
        }
    }
}

/// A line of the log.
#[derive(Debug)]
pub(crate) enum LogLine {
    /// Different users are named for the item with equal authority.
    OwnerConflict,
    /// The item is gone, and no event reported its deletion.
    GoneWithoutEvent,
    /// The call to Pluggy failed.
    NotFetched(client::Error),
    /// Our code cannot handle the row or the response.
    Failed(String),
}

impl Decision {
    /// Returns the decision to write nothing.
    pub(crate) fn nothing(outcome: Outcome) -> Self {
        Self {
            outcome,
            writes: Vec::new(),
            if_changed: Vec::new(),
            metrics: Vec::new(),
            if_unchanged: None,
            log: Vec::new(),
        }
    }

    /// Counts and logs a conflict about the owner, if there is one.
    pub(crate) fn with_conflict_of(mut self, owners: &Owners) -> Self {
        if owners.are_in_conflict {
            self.metrics.push(Metric::OwnerConflicts);
            self.log.push(LogLine::OwnerConflict);
        }
        self
    }
}
