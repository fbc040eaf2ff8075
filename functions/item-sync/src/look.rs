//! What one look at an item leads to: a guarded write of its row, or of its schedule.

use jiff::{SignedDuration, Timestamp};
use shared::connection::{MISSING_RECHECK, next_check, retry_delay};
use shared::metrics::Metric;
use shared::pluggy::{self, ClientUserId, Item};
use shared::store::{self, FailedRead, Items, Owed, Reading, Schedule, StoredItem, Write};
use shared::telemetry::chain;

use crate::budget::{after, asked_to_wait};
use crate::group::{Signals, Source};
use crate::missing::{Missing, missing};
use crate::outcome::Outcome;
use crate::owner::{are_strangers_hints, named, owner};
use crate::recheck::{contradicts, is_found_by_check, recheck};
use crate::tally::Tally;

/// One look: what was known before, why it is made, and when.
pub(crate) struct Look<'a> {
    pub(crate) items: &'a Items,
    pub(crate) stored: Option<StoredItem>,
    pub(crate) signals: &'a Signals,
    pub(crate) read_at: Timestamp,
    pub(crate) tally: &'a mut Tally,
}

impl Look<'_> {
    pub(crate) async fn store(&mut self, item: Box<Item>) -> Result<Outcome, store::Error> {
        self.tally.count(Metric::ItemsRead);
        if are_strangers_hints(self.stored.as_ref(), Some(&item), self.signals) {
            return Ok(Outcome::HintDropped);
        }
        let is_found_by_check = is_found_by_check(self.stored.as_ref(), self.signals, &item);
        let before = self.schedule();
        let schedule = if contradicts(self.stored.as_ref(), self.signals, &item) {
            recheck(before, self.read_at).map(|schedule| self.owed(schedule))
        } else {
            None
        };
        let settled = Schedule {
            check_at: Some(next_check(&item, self.read_at)),
            ..Schedule::default()
        };
        let named = named(Some(&item), self.signals);
        let created_at = item.created_at.unwrap_or_else(|| self.known_since());
        let row = StoredItem {
            item_id: self.signals.item_id,
            owner: owner(self.stored.as_ref(), Some(&item), self.signals, self.tally),
            created_at,
            schedule: schedule.unwrap_or_else(|| settled.clone()),
            reading: None,
            deleted_at: None,
            is_unconfirmed: false,
        };
        match self
            .items
            .put_reading(
                row,
                Reading {
                    item,
                    read_at: self.read_at,
                },
            )
            .await?
        {
            Write::Done => {
                if is_found_by_check {
                    self.tally.count(Metric::ItemsFoundByCheck);
                }
                Ok(Outcome::Stored)
            }
            Write::Stale => self.look_again(named, created_at, Some(settled)).await,
        }
    }

    pub(crate) async fn store_missing(&mut self) -> Result<Outcome, store::Error> {
        self.tally.count(Metric::ItemsRead);
        match missing(self.stored.as_ref(), self.signals, self.read_at) {
            Missing::Nothing => Ok(Outcome::Unknown),
            Missing::NeverThere => match self.items.forget(self.signals.item_id).await? {
                Write::Done => Ok(Outcome::Unknown),
                Write::Stale => self.dropped().await,
            },
            Missing::Suspect(since) => {
                let schedule = Schedule {
                    check_at: Some(after(since, MISSING_RECHECK)),
                    missing_since: Some(since),
                    ..Schedule::default()
                };
                let schedule = self.owed(schedule);
                self.reschedule(schedule, Outcome::Missing).await
            }
            Missing::Gone => {
                if self.told() != Some(Owed::Deletion) {
                    tracing::error!(item.id = %self.signals.item_id, "item gone without a deletion event");
                }
                let (id, created_at) = (self.signals.item_id, self.known_since());
                match self
                    .items
                    .put_tombstone(id, created_at, self.read_at)
                    .await?
                {
                    Write::Done => Ok(Outcome::Tombstoned),
                    Write::Stale => self.dropped().await,
                }
            }
        }
    }

    pub(crate) async fn put_back(&mut self, until: Timestamp) -> Result<Outcome, store::Error> {
        if self.is_a_guess() {
            return Ok(Outcome::HintDropped);
        }
        let schedule = self.owed(Schedule {
            check_at: Some(until),
            ..self.schedule()
        });
        self.reschedule(schedule, Outcome::PutBack).await
    }

    pub(crate) async fn back_off(
        &mut self,
        error: &pluggy::Error,
    ) -> Result<Outcome, store::Error> {
        if self.is_a_guess() {
            return Ok(Outcome::HintDropped);
        }
        // Of an item that we never knew, and that Pluggy says is gone, nothing is owed.
        if self.stored.is_none() && self.signals.deleted {
            return Ok(Outcome::Unknown);
        }
        if error.needs_a_person() {
            tracing::error!(error = chain(error), item.id = %self.signals.item_id, "item not read");
        } else {
            tracing::warn!(error = chain(error), item.id = %self.signals.item_id, "item not read");
        }
        let schedule = Schedule {
            last_error: Some(FailedRead::new(self.read_at, error)),
            ..self.backed_off(asked_to_wait(error))
        };
        self.reschedule(schedule, Outcome::BackedOff).await
    }

    /// Whether nothing but frontends speaks of the item. That is no reason to remember it: whose it
    /// is cannot be seen later, and anybody could fill the table.
    pub(crate) fn is_a_guess(&self) -> bool {
        self.stored.is_none() && self.signals.are_hints_alone()
    }

    fn backed_off(&self, at_least: SignedDuration) -> Schedule {
        let before = self.schedule();
        let sync_failures = before.sync_failures.saturating_add(1);
        let delay = retry_delay(sync_failures, rand::random()).max(at_least);
        self.owed(Schedule {
            check_at: Some(after(self.read_at, delay)),
            sync_failures,
            ..before
        })
    }

    /// A schedule of a look that confirms what Pluggy told of.
    fn owed(&self, schedule: Schedule) -> Schedule {
        Schedule {
            owed: self.told(),
            ..schedule
        }
    }

    /// What Pluggy told of, now or before.
    fn told(&self) -> Option<Owed> {
        self.schedule().owed.max(self.signals.owed())
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

    /// Writes the schedule alone; where there is no row yet, this makes the shell. A tombstone keeps
    /// no owner.
    async fn write_schedule(&mut self, schedule: Schedule) -> Result<Write, store::Error> {
        let is_gone = self
            .stored
            .as_ref()
            .is_some_and(|stored| stored.deleted_at.is_some());
        let owner = if is_gone {
            None
        } else {
            owner(self.stored.as_ref(), None, self.signals, self.tally)
        };
        let was_unconfirmed = self.stored.is_none() || self.is_unconfirmed();
        if self.is_unconfirmed() && self.signals.client_user_id.is_some() {
            self.keep_owner(owner.clone(), self.known_since()).await?;
        }
        let row = StoredItem {
            item_id: self.signals.item_id,
            owner,
            created_at: self.known_since(),
            reading: None,
            schedule,
            deleted_at: None,
            is_unconfirmed: was_unconfirmed && !is_gone && self.signals.source != Source::Pluggy,
        };
        self.items.put_schedule(&row, self.read_at).await
    }

    /// A write without an answer was dropped.
    async fn dropped(&self) -> Result<Outcome, store::Error> {
        let named = named(None, self.signals);
        self.look_again(named, self.known_since(), None).await
    }

    /// Somebody else wrote the row in the meantime, so what we know is no reason to be quiet: it is
    /// read again soon, or, after enough of that, when it would be after an ordinary read.
    async fn look_again(
        &self,
        named: Option<ClientUserId>,
        created_at: Timestamp,
        ordinary: Option<Schedule>,
    ) -> Result<Outcome, store::Error> {
        self.keep_owner(named, created_at).await?;
        let soon = recheck(self.schedule(), self.read_at).map(|schedule| self.owed(schedule));
        if let Some(schedule) = soon.or(ordinary) {
            self.items
                .hasten(self.signals.item_id, &schedule, self.read_at)
                .await?;
        }
        Ok(Outcome::Stale)
    }

    /// An answer that was dropped comes again, but not the event, so whom it names is kept at once.
    async fn keep_owner(
        &self,
        named: Option<ClientUserId>,
        created_at: Timestamp,
    ) -> Result<(), store::Error> {
        if let Some(owner) = named {
            let id = self.signals.item_id;
            self.items.claim(id, &owner, created_at).await?;
        }
        Ok(())
    }

    fn is_unconfirmed(&self) -> bool {
        self.stored
            .as_ref()
            .is_some_and(|stored| stored.is_unconfirmed)
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
