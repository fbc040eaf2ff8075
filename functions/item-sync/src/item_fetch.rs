//! Fetch of one item: a conditional write of its row, or of its schedule.

use client::chain;
use connection::{MISSING_CONFIRMATION_DELAY, next_fetch, remove_expired, retry_delay};
use jiff::{SignedDuration, Timestamp};
use pluggy::Item;
use runtime::metrics::Metric;
use store::{FailedFetch, Items, Owner, PendingSignal, Schedule, Snapshot, StoredItem, Write};

use crate::batch_report::BatchReport;
use crate::budget::{after, asked_to_wait};
use crate::confirming_fetch::{confirming_fetch, contradicts};
use crate::found_by_schedule::is_found_by_schedule;
use crate::group::Signals;
use crate::hints::are_hints_of_non_owners;
use crate::missing::{Missing, missing};
use crate::outcome::Outcome;
use crate::owner::{named, owner_to_store};
use crate::unknown_item::is_unknown_item;

/// One fetch: the stored row, the signals that request it, and its times.
pub(crate) struct ItemFetch<'a> {
    pub(crate) items: &'a Items,
    pub(crate) stored: Option<StoredItem>,
    pub(crate) signals: &'a Signals,
    /// Our clock when the request was sent.
    pub(crate) fetched_at: Timestamp,
    /// Our clock when the response had arrived, just before the write.
    pub(crate) written_at: Timestamp,
    pub(crate) report: &'a mut BatchReport,
}

impl ItemFetch<'_> {
    pub(crate) async fn store(&mut self, mut item: Box<Item>) -> Result<Outcome, store::Error> {
        self.report.count(Metric::ItemsFetched);
        if are_hints_of_non_owners(self.stored.as_ref(), Some(&item), self.signals) {
            return Ok(Outcome::HintDropped);
        }
        let is_found_by_schedule = is_found_by_schedule(self.stored.as_ref(), self.signals, &item);
        let before = self.schedule();
        let schedule = if contradicts(self.stored.as_ref(), self.signals, &item) {
            confirming_fetch(before, self.fetched_at)
                .map(|schedule| self.with_pending_signal(schedule))
        } else {
            None
        };
        let settled = Schedule {
            next_fetch_at: Some(next_fetch(&item, self.fetched_at)),
            ..Schedule::default()
        };
        remove_expired(&mut item, self.written_at);
        let named = named(Some(&item), self.signals);
        let created_at = item.created_at.unwrap_or_else(|| self.known_since());
        let row = StoredItem {
            item_id: self.signals.item_id,
            owner: owner_to_store(self.stored.as_ref(), Some(&item), self.signals, self.report),
            created_at,
            schedule: schedule.unwrap_or_else(|| settled.clone()),
            snapshot: None,
            deleted_at: None,
        };
        match self
            .items
            .put_snapshot(
                row,
                Snapshot {
                    item,
                    fetched_at: self.fetched_at,
                },
            )
            .await?
        {
            Write::Done => {
                if is_found_by_schedule {
                    self.report.count(Metric::ItemsFoundBySchedule);
                }
                Ok(Outcome::Stored)
            }
            Write::Stale => self.confirm_soon(named, created_at, Some(settled)).await,
        }
    }

    pub(crate) async fn store_missing(&mut self) -> Result<Outcome, store::Error> {
        self.report.count(Metric::ItemsFetched);
        match missing(self.stored.as_ref(), self.signals, self.fetched_at) {
            Missing::Nothing => Ok(Outcome::Unknown),
            Missing::NeverThere => match self.items.forget(self.signals.item_id).await? {
                Write::Done => Ok(Outcome::Unknown),
                Write::Stale => self.dropped().await,
            },
            Missing::Suspect(since) => {
                let schedule = Schedule {
                    next_fetch_at: Some(after(since, MISSING_CONFIRMATION_DELAY)),
                    missing_since: Some(since),
                    ..Schedule::default()
                };
                let schedule = self.with_pending_signal(schedule);
                self.reschedule(schedule, Outcome::Missing).await
            }
            Missing::Gone => {
                if self.strongest_signal() != Some(PendingSignal::Deletion) {
                    tracing::error!(item.id = %self.signals.item_id, "item gone without a deletion event");
                }
                let (id, created_at) = (self.signals.item_id, self.known_since());
                match self
                    .items
                    .put_tombstone(id, created_at, self.fetched_at)
                    .await?
                {
                    Write::Done => Ok(Outcome::Tombstoned),
                    Write::Stale => self.dropped().await,
                }
            }
        }
    }

    pub(crate) async fn defer(&mut self, until: Timestamp) -> Result<Outcome, store::Error> {
        if is_unknown_item(self.stored.as_ref(), self.signals) {
            return Ok(Outcome::HintDropped);
        }
        let schedule = self.with_pending_signal(Schedule {
            next_fetch_at: Some(until),
            ..self.schedule()
        });
        self.reschedule(schedule, Outcome::Deferred).await
    }

    pub(crate) async fn back_off(
        &mut self,
        error: &client::Error,
    ) -> Result<Outcome, store::Error> {
        if is_unknown_item(self.stored.as_ref(), self.signals) {
            return Ok(Outcome::HintDropped);
        }
        if error.needs_a_person() {
            tracing::error!(error = chain(error), item.id = %self.signals.item_id, "item not fetched");
        } else {
            tracing::warn!(error = chain(error), item.id = %self.signals.item_id, "item not fetched");
        }
        let schedule = Schedule {
            last_error: Some(FailedFetch::new(self.fetched_at, error)),
            ..self.backed_off(asked_to_wait(error))
        };
        self.reschedule(schedule, Outcome::BackedOff).await
    }

    fn backed_off(&self, at_least: SignedDuration) -> Schedule {
        let before = self.schedule();
        let fetch_failures = before.fetch_failures.saturating_add(1);
        let delay = retry_delay(fetch_failures, rand::random()).max(at_least);
        self.with_pending_signal(Schedule {
            next_fetch_at: Some(after(self.fetched_at, delay)),
            fetch_failures,
            ..before
        })
    }

    /// Adds the pending signal to a schedule.
    fn with_pending_signal(&self, schedule: Schedule) -> Schedule {
        Schedule {
            pending_signal: self.strongest_signal(),
            ..schedule
        }
    }

    /// Returns the strongest signal of Pluggy, from these events or from the row.
    fn strongest_signal(&self) -> Option<PendingSignal> {
        self.schedule()
            .pending_signal
            .max(self.signals.pending_signal())
    }

    async fn reschedule(
        &mut self,
        schedule: Schedule,
        outcome: Outcome,
    ) -> Result<Outcome, store::Error> {
        match self.write_schedule(schedule).await? {
            Write::Done => Ok(outcome),
            Write::Stale => self.dropped().await,
        }
    }

    /// Writes the schedule, and removes what has expired in the row's snapshot. Without a row this creates the
    /// placeholder. A tombstone has no owner.
    async fn write_schedule(&mut self, schedule: Schedule) -> Result<Write, store::Error> {
        let is_gone = self
            .stored
            .as_ref()
            .is_some_and(|stored| stored.deleted_at.is_some());
        let owner = if is_gone {
            None
        } else {
            owner_to_store(self.stored.as_ref(), None, self.signals, self.report)
        };
        let replaced = self
            .stored
            .as_ref()
            .and_then(|stored| stored.owner.as_ref());
        if replaced.is_some() && replaced != owner.as_ref() {
            // The write of the schedule keeps an owner that the row has.
            self.keep_owner(owner.clone(), self.known_since()).await?;
        }
        let row = StoredItem {
            item_id: self.signals.item_id,
            owner,
            created_at: self.known_since(),
            snapshot: self.emptied_snapshot(),
            schedule,
            deleted_at: None,
        };
        self.items.put_schedule(&row, self.fetched_at).await
    }

    /// Handles the dropped write of a schedule after a failed fetch.
    async fn dropped(&self) -> Result<Outcome, store::Error> {
        let named = named(None, self.signals);
        self.confirm_soon(named, self.known_since(), None).await
    }

    /// Handles a concurrent write of the row. What we know may be outdated, so a confirming fetch is
    /// scheduled soon. After enough of them, the normal schedule applies. What has expired is removed here too,
    /// because a dropped response may also be an old one of Pluggy's.
    async fn confirm_soon(
        &self,
        named: Option<Owner>,
        created_at: Timestamp,
        ordinary: Option<Schedule>,
    ) -> Result<Outcome, store::Error> {
        if let Some(snapshot) = self.emptied_snapshot() {
            let id = self.signals.item_id;
            self.items.put_requests(id, &snapshot).await?;
        }
        self.keep_owner(named, created_at).await?;
        let soon = confirming_fetch(self.schedule(), self.fetched_at)
            .map(|schedule| self.with_pending_signal(schedule));
        if let Some(schedule) = soon.or(ordinary) {
            self.items
                .hasten(self.signals.item_id, &schedule, self.fetched_at)
                .await?;
        }
        Ok(Outcome::Stale)
    }

    /// Stores the owner at once when a snapshot is dropped. The snapshot is fetched again, but the event that
    /// names the user does not come again.
    async fn keep_owner(
        &self,
        named: Option<Owner>,
        created_at: Timestamp,
    ) -> Result<(), store::Error> {
        if let Some(owner) = named {
            let id = self.signals.item_id;
            self.items.claim(id, &owner, created_at).await?;
        }
        Ok(())
    }

    /// Returns the row's snapshot without what has expired, or `None` if nothing has.
    fn emptied_snapshot(&self) -> Option<Snapshot> {
        let mut snapshot = self.stored.as_ref()?.snapshot.clone()?;
        remove_expired(&mut snapshot.item, self.written_at).then_some(snapshot)
    }

    fn schedule(&self) -> Schedule {
        self.stored
            .as_ref()
            .map(|stored| stored.schedule.clone())
            .unwrap_or_default()
    }

    fn known_since(&self) -> Timestamp {
        self.stored
            .as_ref()
            .map_or(self.signals.first_received_at, |stored| stored.created_at)
    }
}
