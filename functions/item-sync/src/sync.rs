//! One look at one item: read it at Pluggy, write its row.

use jiff::{SignedDuration, Timestamp};
use shared::connection::{MISSING_RECHECK, next_check, retry_delay};
use shared::pluggy::{self, Item};
use shared::store::{self, Reading, Schedule, StoredItem, Write};
use shared::telemetry::chain;

use crate::App;
use crate::budget::Budget;
use crate::group::Signals;
use crate::missing::{Missing, missing};
use crate::owner::owner;

/// Clocks of different functions differ; an event that is older than the last read by more than
/// this needs no new one.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_secs(2);
/// When the batch had no time left for the item.
const PUT_BACK_DELAY: SignedDuration = SignedDuration::from_secs(30);

/// What became of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The row is what Pluggy answered.
    Stored,
    /// The row was read after the events came.
    Skipped,
    /// The row holds something newer, or belongs to another user.
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

pub(crate) async fn sync(
    app: &App,
    signals: &Signals,
    budget: &mut Budget,
) -> Result<Outcome, store::Error> {
    let stored = app.items.get(signals.item_id).await?;
    if is_up_to_date(stored.as_ref(), signals) {
        return Ok(Outcome::Skipped);
    }
    let read_at = budget.now();
    if !budget.allows_a_call() {
        let schedule = Schedule {
            check_at: Some(after(read_at, PUT_BACK_DELAY)),
            ..schedule(stored.as_ref())
        };
        return reschedule(
            app,
            stored.as_ref(),
            signals,
            schedule,
            read_at,
            Outcome::PutBack,
        )
        .await;
    }
    match app.pluggy.item(signals.item_id, read_at).await {
        Ok(answer) => {
            budget.answered();
            match answer {
                Some(item) => {
                    Box::pin(store_reading(app, stored.as_ref(), signals, item, read_at)).await
                }
                None => handle_missing(app, stored.as_ref(), signals, read_at).await,
            }
        }
        Err(error) => {
            budget.refused();
            tracing::warn!(error = chain(&error), item.id = %signals.item_id, "item not read; asked again later");
            let schedule = back_off(stored.as_ref(), &error, read_at);
            reschedule(
                app,
                stored.as_ref(),
                signals,
                schedule,
                read_at,
                Outcome::BackedOff,
            )
            .await
        }
    }
}

fn is_up_to_date(stored: Option<&StoredItem>, signals: &Signals) -> bool {
    let reading = stored.and_then(|stored| stored.reading.as_ref());
    reading.is_some_and(|reading| {
        reading.read_at.duration_since(signals.last_received_at) > CLOCK_TOLERANCE
    })
}

async fn store_reading(
    app: &App,
    stored: Option<&StoredItem>,
    signals: &Signals,
    item: Item,
    read_at: Timestamp,
) -> Result<Outcome, store::Error> {
    let known_since = stored.map_or(signals.first_received_at, |stored| stored.created_at);
    let check_at = next_check(&item, read_at);
    let row = StoredItem {
        item_id: signals.item_id,
        owner: owner(stored, Some(&item), signals),
        created_at: item.created_at.unwrap_or(known_since),
        schedule: Schedule {
            check_at: Some(check_at),
            ..Schedule::default()
        },
        reading: None,
        deleted_at: None,
    };
    match app
        .items
        .put_reading(row, Reading { item, read_at })
        .await?
    {
        Write::Done => Ok(Outcome::Stored),
        Write::Stale => Ok(Outcome::Stale),
    }
}

async fn handle_missing(
    app: &App,
    stored: Option<&StoredItem>,
    signals: &Signals,
    read_at: Timestamp,
) -> Result<Outcome, store::Error> {
    match missing(stored, signals, read_at) {
        Missing::Nothing => Ok(Outcome::Unknown),
        Missing::Suspect(since) => {
            let schedule = Schedule {
                check_at: Some(after(since, MISSING_RECHECK)),
                sync_failures: 0,
                missing_since: Some(since),
            };
            reschedule(app, stored, signals, schedule, read_at, Outcome::Missing).await
        }
        Missing::Gone => {
            let created_at = stored.map_or(signals.first_received_at, |stored| stored.created_at);
            match app
                .items
                .put_tombstone(signals.item_id, created_at, read_at)
                .await?
            {
                Write::Done => Ok(Outcome::Tombstoned),
                Write::Stale => Ok(Outcome::Stale),
            }
        }
    }
}

fn back_off(stored: Option<&StoredItem>, error: &pluggy::Error, now: Timestamp) -> Schedule {
    let before = schedule(stored);
    let sync_failures = before.sync_failures.saturating_add(1);
    let asked = error
        .retry_after()
        .and_then(|wait| SignedDuration::try_from(wait).ok())
        .unwrap_or_default();
    let delay = retry_delay(sync_failures, rand::random()).max(asked);
    Schedule {
        check_at: Some(after(now, delay)),
        sync_failures,
        ..before
    }
}

fn schedule(stored: Option<&StoredItem>) -> Schedule {
    stored.map(|stored| stored.schedule).unwrap_or_default()
}

/// Writes the schedule alone; where there is no row yet, this makes the shell.
async fn reschedule(
    app: &App,
    stored: Option<&StoredItem>,
    signals: &Signals,
    schedule: Schedule,
    read_at: Timestamp,
    outcome: Outcome,
) -> Result<Outcome, store::Error> {
    let row = StoredItem {
        item_id: signals.item_id,
        owner: owner(stored, None, signals),
        created_at: stored.map_or(signals.first_received_at, |stored| stored.created_at),
        reading: None,
        schedule,
        deleted_at: None,
    };
    match app.items.put_schedule(&row, read_at).await? {
        Write::Done => Ok(outcome),
        Write::Stale => Ok(Outcome::Stale),
    }
}

fn after(time: Timestamp, delay: SignedDuration) -> Timestamp {
    time.saturating_add(delay).unwrap_or(time)
}
