//! Count of the connections that changed into each phase.

use std::collections::BTreeMap;

use connection::Phase;
use runtime::metrics::{EmfRecord, Metric};

use crate::detail_type;
use crate::item::News;
use crate::pending_entry::PendingEntry;

/// Number of connections that changed into each phase, by its metric.
#[derive(Debug, Default)]
pub(crate) struct PhaseChanges(BTreeMap<Metric, u64>);

impl PhaseChanges {
    pub(crate) fn add(&mut self, entries: &[PendingEntry]) {
        for metric in entries.iter().filter_map(metric) {
            *self.0.entry(metric).or_default() += 1;
        }
    }

    /// Takes out entries that the stream brings again.
    pub(crate) fn remove(&mut self, entries: &[PendingEntry]) {
        for metric in entries.iter().filter_map(metric) {
            let count = self.0.entry(metric).or_default();
            *count = count.saturating_sub(1);
        }
    }

    pub(crate) fn write_to(self, record: &mut EmfRecord) {
        for (metric, count) in self.0 {
            record.metric(metric, count);
        }
    }
}

/// Returns the metric of an entry that is about a new phase.
fn metric(entry: &PendingEntry) -> Option<Metric> {
    let detail_type = entry.reference.detail_type.as_deref()?;
    let phase = Phase::ALL
        .iter()
        .find(|phase| detail_type::item(News::Phase(**phase)) == detail_type)?;
    Some(match phase {
        Phase::Connecting => Metric::ConnectionsConnecting,
        Phase::WaitingUser => Metric::ConnectionsWaitingUser,
        Phase::Updating => Metric::ConnectionsUpdating,
        Phase::Ready => Metric::ConnectionsReady,
        Phase::ReadyPartial => Metric::ConnectionsReadyPartial,
        Phase::Retrying => Metric::ConnectionsRetrying,
        Phase::Reconnect => Metric::ConnectionsReconnect,
        Phase::Failed => Metric::ConnectionsFailed,
        Phase::Unknown => Metric::ConnectionsUnknown,
    })
}
