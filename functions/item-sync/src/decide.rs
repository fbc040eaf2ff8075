//! The decision about an item after its fetch. A pure function of the row, the signals, the response and the time.

use connection::{
    Availability, MISSING_CONFIRMATION_DELAY, Phase, assess, next_fetch, remove_expired,
};
use jiff::Timestamp;
use pluggy::{ConnectorId, Item};
use runtime::metrics::Metric;
use store::{FailedFetch, ItemUpdate, PendingSignal, Schedule, Snapshot, StoredItem};

use crate::confirming_fetch::{confirming_fetch, contradicts};
use crate::decision::{Decision, LogLine, Write};
use crate::found_by_schedule::is_found_by_schedule;
use crate::group::Signals;
use crate::hints::{are_hints_of_non_owners, is_unknown_item};
use crate::missing::{Missing, missing};
use crate::outcome::Outcome;
use crate::owner::Owners;
use crate::response::Response;
use crate::retry::{after, next_attempt};

/// The times of one fetch, by our clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    /// When the request was sent.
    pub(crate) fetched_at: Timestamp,
    /// When the response had arrived, just before the write.
    pub(crate) written_at: Timestamp,
}

/// Returns what the response leads to.
pub(crate) fn decide(
    stored: Option<&StoredItem>,
    signals: &Signals,
    response: Response<Box<Item>>,
    times: Times,
) -> Decision {
    let item = match &response {
        Response::Found(item) => Some(&**item),
        Response::NotFound | Response::Failed(_) | Response::Deferred(_) | Response::Cut(_) => None,
    };
    let owners = Owners::of(stored, item, signals);
    let fetch = Fetch {
        stored,
        signals,
        owners: &owners,
        times,
        before: stored.map_or_else(Schedule::default, |stored| stored.schedule.clone()),
        known_since: stored.map_or(signals.first_received_at, |stored| stored.created_at),
    };
    let decision = match response {
        Response::Found(item) => fetch.fetched(item),
        Response::NotFound => fetch.not_found(),
        Response::Failed(error) => fetch.failed(error),
        Response::Deferred(until) => fetch.deferred(until, 0),
        Response::Cut(until) => fetch.deferred(until, 1),
    };
    decision.with_conflict_of(&owners)
}

/// The facts of one decision.
struct Fetch<'a> {
    stored: Option<&'a StoredItem>,
    signals: &'a Signals,
    owners: &'a Owners,
    times: Times,
    /// The schedule of the row, or an empty one.
    before: Schedule,
    /// When the item was created, as far as is known.
    known_since: Timestamp,
}

impl Fetch<'_> {
    fn fetched(&self, mut item: Box<Item>) -> Decision {
        let mut decision = Decision::nothing(Outcome::HintDropped);
        decision.metrics.push(Metric::ItemsFetched);
        if are_hints_of_non_owners(self.signals, self.owners, true) {
            return decision;
        }
        decision.outcome = Outcome::Stored;
        decision.if_unchanged = is_found_by_schedule(self.stored, self.signals, &item)
            .then_some(Metric::ItemsFoundBySchedule);
        let in_trouble = connector_in_trouble(&item, self.times.fetched_at);
        let is_contradicted = contradicts(self.stored, self.signals, &item);
        let settled = Schedule {
            next_fetch_at: Some(next_fetch(&item, self.times.fetched_at)),
            ..Schedule::default()
        };
        let schedule = self.soon().filter(|_| is_contradicted);
        remove_expired(&mut item, self.times.written_at);
        let created_at = item.created_at.unwrap_or(self.known_since);
        let update = ItemUpdate {
            item_id: self.signals.item_id,
            owner: self.owners.owner.clone(),
            created_at,
            schedule: schedule.unwrap_or_else(|| settled.clone()),
        };
        if update.owner.is_none() {
            decision.metrics.push(Metric::ItemsWithoutOwner);
        }
        let fetched_at = self.times.fetched_at;
        decision.writes.push(Write::Snapshot {
            update: Box::new(update),
            snapshot: Snapshot { item, fetched_at },
            read: Box::new(self.before.clone()),
        });
        let watch = in_trouble.map(|id| Write::WatchConnector {
            id,
            now: fetched_at,
        });
        decision.writes.extend(watch);
        decision.if_changed = self.confirm_soon(created_at, Some(settled));
        decision
    }

    fn not_found(&self) -> Decision {
        let mut decision = match missing(self.stored, self.signals, self.times.fetched_at) {
            Missing::Nothing => Decision::nothing(Outcome::Unknown),
            Missing::NeverThere => self.write(Outcome::Unknown, Write::Forget),
            Missing::Suspect(since) => {
                let schedule = Schedule {
                    next_fetch_at: Some(after(since, MISSING_CONFIRMATION_DELAY)),
                    missing_since: Some(since),
                    ..Schedule::default()
                };
                self.reschedule(Outcome::Missing, schedule)
            }
            Missing::Gone => {
                let tombstone = Write::Tombstone {
                    created_at: self.known_since,
                    deleted_at: self.times.fetched_at,
                };
                let mut decision = self.write(Outcome::Tombstoned, tombstone);
                if self.strongest_signal() != Some(PendingSignal::Deletion) {
                    decision.log.push(LogLine::GoneWithoutEvent);
                }
                decision
            }
        };
        decision.metrics.push(Metric::ItemsFetched);
        decision
    }

    fn failed(&self, error: client::Error) -> Decision {
        if is_unknown_item(self.stored, self.signals) {
            return Decision::nothing(Outcome::HintDropped);
        }
        let fetched_at = self.times.fetched_at;
        let fetch_failures = self.before.fetch_failures.saturating_add(1);
        let target = self.signals.item_id.as_number();
        let schedule = Schedule {
            next_fetch_at: Some(next_attempt(target, fetch_failures, fetched_at, &error)),
            fetch_failures,
            last_error: Some(FailedFetch::new(fetched_at, &error)),
            ..self.before.clone()
        };
        let mut decision = self.reschedule(Outcome::BackedOff, schedule);
        decision.log.push(LogLine::NotFetched(error));
        decision
    }

    fn deferred(&self, until: Timestamp, cut_fetches: u32) -> Decision {
        if is_unknown_item(self.stored, self.signals) {
            return Decision::nothing(Outcome::HintDropped);
        }
        let schedule = Schedule {
            next_fetch_at: Some(until),
            cut_fetches: self.before.cut_fetches.saturating_add(cut_fetches),
            ..self.before.clone()
        };
        self.reschedule(Outcome::Deferred, schedule)
    }

    /// Returns the write of a schedule, with the pending signal. It also removes what has expired in the row's
    /// snapshot. Without a row it creates the placeholder.
    fn reschedule(&self, outcome: Outcome, schedule: Schedule) -> Decision {
        let is_gone = self.stored.is_some_and(StoredItem::is_tombstone);
        // A tombstone has no owner.
        let owner = self.owners.owner.clone().filter(|_| !is_gone);
        let has_no_owner = owner.is_none() && !is_gone;
        let update = ItemUpdate {
            item_id: self.signals.item_id,
            owner,
            created_at: self.known_since,
            schedule: self.with_pending_signal(schedule),
        };
        let write = Write::Schedule {
            update: Box::new(update),
            emptied: self.emptied_snapshot(),
            fetched_at: self.times.fetched_at,
        };
        let mut decision = self.write(outcome, write);
        if has_no_owner {
            decision.metrics.push(Metric::ItemsWithoutOwner);
        }
        decision
    }

    /// Returns the decision to write after a fetch that returned no state.
    fn write(&self, outcome: Outcome, write: Write) -> Decision {
        Decision {
            writes: vec![write],
            if_changed: self.confirm_soon(self.known_since, None),
            ..Decision::nothing(outcome)
        }
    }

    /// Returns the writes if the row has changed since it was read. What we know may be outdated, so a confirming
    /// fetch is scheduled soon. After enough of them, the ordinary schedule applies. The owner and the signal are stored at
    /// once, because the events do not come again. What has expired is removed here too, because a dropped response
    /// may also be an old one of Pluggy's.
    fn confirm_soon(&self, created_at: Timestamp, ordinary: Option<Schedule>) -> Vec<Write> {
        let fetched_at = self.times.fetched_at;
        let requests = self.emptied_snapshot().map(Write::Requests);
        let claim = self
            .owners
            .named
            .clone()
            .map(|owner| Write::Claim { owner, created_at });
        let soon = confirming_fetch(&self.before, fetched_at);
        let hasten = soon.or(ordinary).map(|schedule| Write::Hasten {
            schedule,
            fetched_at,
        });
        let signal = self.strongest_signal().map(Write::Signal);
        // The signal comes first, because a 404 removes a placeholder without one.
        let writes = requests.into_iter().chain(signal);
        writes.chain(claim).chain(hasten).collect()
    }

    /// Returns the schedule of a confirming fetch, or `None` after enough of them.
    fn soon(&self) -> Option<Schedule> {
        let schedule = confirming_fetch(&self.before, self.times.fetched_at)?;
        Some(self.with_pending_signal(schedule))
    }

    /// Adds the strongest signal of Pluggy, from these events or from the row.
    fn with_pending_signal(&self, schedule: Schedule) -> Schedule {
        Schedule {
            pending_signal: self.strongest_signal(),
            ..schedule
        }
    }

    fn strongest_signal(&self) -> Option<PendingSignal> {
        self.before
            .pending_signal
            .max(self.signals.pending_signal())
    }

    /// Returns the row's snapshot without what has expired, or `None` if nothing has.
    fn emptied_snapshot(&self) -> Option<Snapshot> {
        let mut snapshot = self.stored?.snapshot()?.clone();
        remove_expired(&mut snapshot.item, self.times.written_at).then_some(snapshot)
    }
}

/// Returns the connector of an item that fails. The cause may be an offline or retired connector.
fn connector_in_trouble(item: &Item, now: Timestamp) -> Option<ConnectorId> {
    let connector = item.connector.as_ref()?;
    let phase = assess(item, Availability::Available, now).phase();
    matches!(phase, Phase::Retrying | Phase::Reconnect).then_some(connector.id)
}

#[cfg(test)]
mod tests;
