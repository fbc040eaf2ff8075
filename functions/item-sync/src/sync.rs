//! One look at one item: read it at Pluggy, write its row.

use jiff::{SignedDuration, Timestamp};
use shared::connection::{MISSING_RECHECK, next_check, retry_delay};
use shared::pluggy::{self, Item};
use shared::store::{self, Items, Reading, Schedule, StoredItem, Write};
use shared::telemetry::chain;

use crate::App;
use crate::budget::Budget;
use crate::group::Signals;
use crate::missing::{Missing, missing};
use crate::outcome::Outcome;
use crate::owner::owner;
use crate::recheck::{contradicts, recheck};

/// Clocks of different functions differ; an event that is older than the last read by more than
/// this needs no new one.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_secs(2);
/// When the batch had no time left for the item.
const PUT_BACK_DELAY: SignedDuration = SignedDuration::from_secs(30);

pub(crate) async fn sync(
    app: &App,
    signals: &Signals,
    budget: &mut Budget,
) -> Result<Outcome, store::Error> {
    let stored = app.items.get(signals.item_id).await?;
    if is_up_to_date(stored.as_ref(), signals) {
        return Ok(Outcome::Skipped);
    }
    let look = Look {
        items: &app.items,
        stored,
        signals,
        read_at: budget.now(),
    };
    if !budget.allows_a_call() {
        return look.put_back().await;
    }
    let call = app.pluggy.item(signals.item_id, look.read_at);
    let unanswered = pluggy::Error::Unavailable {
        status: None,
        source: None,
    };
    match tokio::time::timeout_at(budget.last_answer(), call)
        .await
        .unwrap_or(Err(unanswered))
    {
        Ok(Some(item)) => {
            budget.answered();
            Box::pin(look.store(item)).await
        }
        Ok(None) => {
            budget.answered();
            look.store_missing().await
        }
        Err(error) => {
            if error.is_about_this_call() {
                budget.answered();
            } else {
                budget.refused();
            }
            look.back_off(&error).await
        }
    }
}

/// What our code cannot read goes into the item's schedule, so that it holds up no neighbor.
pub(crate) async fn park(
    items: &Items,
    signals: &Signals,
    now: Timestamp,
) -> Result<Write, store::Error> {
    let look = Look {
        items,
        stored: None,
        signals,
        read_at: now,
    };
    look.write_schedule(look.backed_off(SignedDuration::ZERO))
        .await
}

/// Whether the row was read after the events came, and they bring no owner that it lacks.
fn is_up_to_date(stored: Option<&StoredItem>, signals: &Signals) -> bool {
    stored.is_some_and(|stored| {
        let is_read = stored.reading.as_ref().is_some_and(|reading| {
            reading.read_at.duration_since(signals.last_received_at) > CLOCK_TOLERANCE
        });
        is_read && (stored.owner.is_some() || signals.client_user_id.is_none())
    })
}

/// One look: what was known before, why it is made, and when.
struct Look<'a> {
    items: &'a Items,
    stored: Option<StoredItem>,
    signals: &'a Signals,
    read_at: Timestamp,
}

impl Look<'_> {
    async fn store(&self, item: Item) -> Result<Outcome, store::Error> {
        let before = self.schedule();
        let schedule = if contradicts(self.stored.as_ref(), self.signals, &item) {
            recheck(before, self.read_at)
        } else {
            None
        };
        let settled = Schedule {
            check_at: Some(next_check(&item, self.read_at)),
            ..Schedule::default()
        };
        let row = StoredItem {
            item_id: self.signals.item_id,
            owner: owner(self.stored.as_ref(), Some(&item), self.signals),
            created_at: item.created_at.unwrap_or_else(|| self.known_since()),
            schedule: schedule.unwrap_or(settled),
            reading: None,
            deleted_at: None,
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
            Write::Done => Ok(Outcome::Stored),
            Write::Stale => self.look_again().await,
        }
    }

    async fn store_missing(&self) -> Result<Outcome, store::Error> {
        match missing(self.stored.as_ref(), self.signals, self.read_at) {
            Missing::Nothing => Ok(Outcome::Unknown),
            Missing::Suspect(since) => {
                let schedule = Schedule {
                    check_at: Some(after(since, MISSING_RECHECK)),
                    missing_since: Some(since),
                    ..Schedule::default()
                };
                self.reschedule(schedule, Outcome::Missing).await
            }
            Missing::Gone => {
                if !self.signals.deleted {
                    tracing::error!(item.id = %self.signals.item_id, "item gone without a deletion event");
                }
                let (id, created_at) = (self.signals.item_id, self.known_since());
                match self
                    .items
                    .put_tombstone(id, created_at, self.read_at)
                    .await?
                {
                    Write::Done => Ok(Outcome::Tombstoned),
                    Write::Stale => self.look_again().await,
                }
            }
        }
    }

    async fn put_back(&self) -> Result<Outcome, store::Error> {
        let check_at = Some(after(self.read_at, PUT_BACK_DELAY));
        self.reschedule(
            Schedule {
                check_at,
                ..self.schedule()
            },
            Outcome::PutBack,
        )
        .await
    }

    async fn back_off(&self, error: &pluggy::Error) -> Result<Outcome, store::Error> {
        // Of an item that we never knew, and that Pluggy says is gone, nothing is owed.
        if self.stored.is_none() && self.signals.deleted {
            return Ok(Outcome::Unknown);
        }
        if error.needs_a_person() {
            tracing::error!(error = chain(error), item.id = %self.signals.item_id, "item not read");
        } else {
            tracing::warn!(error = chain(error), item.id = %self.signals.item_id, "item not read");
        }
        let asked = error
            .retry_after()
            .and_then(|wait| SignedDuration::try_from(wait).ok());
        self.reschedule(
            self.backed_off(asked.unwrap_or_default()),
            Outcome::BackedOff,
        )
        .await
    }

    fn backed_off(&self, at_least: SignedDuration) -> Schedule {
        let before = self.schedule();
        let sync_failures = before.sync_failures.saturating_add(1);
        let delay = retry_delay(sync_failures, rand::random()).max(at_least);
        Schedule {
            check_at: Some(after(self.read_at, delay)),
            sync_failures,
            ..before
        }
    }

    async fn reschedule(
        &self,
        schedule: Schedule,
        outcome: Outcome,
    ) -> Result<Outcome, store::Error> {
        match self.write_schedule(schedule).await? {
            Write::Done => Ok(outcome),
            Write::Stale => self.look_again().await,
        }
    }

    /// Writes the schedule alone; where there is no row yet, this makes the shell. A tombstone keeps
    /// no owner.
    async fn write_schedule(&self, schedule: Schedule) -> Result<Write, store::Error> {
        let is_gone = self
            .stored
            .as_ref()
            .is_some_and(|stored| stored.deleted_at.is_some());
        let named = || owner(self.stored.as_ref(), None, self.signals);
        let row = StoredItem {
            item_id: self.signals.item_id,
            owner: if is_gone { None } else { named() },
            created_at: self.known_since(),
            reading: None,
            schedule,
            deleted_at: None,
        };
        self.items.put_schedule(&row, self.read_at).await
    }

    /// Somebody else wrote the row in the meantime, so what we know is no reason to be quiet: it is
    /// read again soon.
    async fn look_again(&self) -> Result<Outcome, store::Error> {
        if let Some(schedule) = recheck(self.schedule(), self.read_at) {
            self.items.hasten(self.signals.item_id, &schedule).await?;
        }
        Ok(Outcome::Stale)
    }

    fn schedule(&self) -> Schedule {
        self.stored
            .as_ref()
            .map(|stored| stored.schedule)
            .unwrap_or_default()
    }

    fn known_since(&self) -> Timestamp {
        self.stored
            .as_ref()
            .map_or(self.signals.first_received_at, |stored| stored.created_at)
    }
}

fn after(time: Timestamp, delay: SignedDuration) -> Timestamp {
    time.saturating_add(delay).unwrap_or(time)
}
