//! The work of one command: stage by stage, until the time is over or Pluggy asks to wait.

use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

use jiff::Timestamp;
use pluggy::{ClientUserId, ItemId};
use store::{Erasure, ErasureStage, EventKey, UserHmac, UserSearch, Write};
use tokio::time::Instant;

use crate::item::{self, Outcome, delete_rows, remove_bodies};
use crate::receipt::{BETWEEN_STAGES, Receipt, Report, after};
use crate::{App, Error};

/// Time after which an invocation begins nothing more, so that the operator sees the progress.
const WORKING_TIME: Duration = Duration::from_secs(20);
/// Time that must be left to begin anything.
const RESERVE: Duration = Duration::from_secs(20);
/// Items that are read from the index at once.
const ITEMS_AT_A_TIME: usize = 25;

/// The end of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    /// Its work is done.
    Done,
    /// The time is over.
    OutOfTime,
    /// Pluggy asks to wait.
    Waiting(Duration),
}

/// The present step of an erasure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// The work of the stage.
    Work,
    /// Nothing: the receipt of the stage is given again.
    Receipt,
    /// Looks for what has arrived since, and continues with the rows if there is nothing.
    LookForArrivals,
}

/// Returns what the erasure does now.
fn step(erasure: &Erasure, now: Timestamp) -> Step {
    let is_early = |at| now < after(at, BETWEEN_STAGES);
    match erasure.stage {
        ErasureStage::Requested if erasure.requested_at.is_some_and(is_early) => Step::Receipt,
        ErasureStage::Requested | ErasureStage::Final => Step::LookForArrivals,
        ErasureStage::Items
        | ErasureStage::Bodies
        | ErasureStage::Announcement
        | ErasureStage::Rows => Step::Work,
    }
}

/// Starts or continues the erasure of a user. Returns a receipt where a part of it is done.
pub(crate) async fn erase(
    app: &App,
    user: &ClientUserId,
    now: Timestamp,
    deadline: Instant,
) -> Result<Report, Error> {
    let hmac = app.erasures.hmac(user).await?;
    let erasure = if let Some(erasure) = app.erasures.progress(&hmac, now).await? {
        erasure
    } else {
        // The marker comes first: what is written after the search must have seen it.
        app.erasures.mark_user(&hmac, now).await?;
        app.erasures.start(&hmac, now).await?
    };
    let latest = deadline.checked_sub(RESERVE).unwrap_or(deadline);
    let mut work = Work {
        app,
        user,
        now,
        until: latest.min(Instant::now() + WORKING_TIME),
        erasure,
    };
    let ended = match step(&work.erasure, now) {
        Step::Receipt => Ended::Done,
        Step::LookForArrivals => match work.look_for_arrivals().await? {
            Ended::Done if work.erasure.stage == ErasureStage::Final => Ended::Done,
            Ended::Done => work.run().await?,
            ended => ended,
        },
        Step::Work => work.run().await?,
    };
    Ok(work.report(ended))
}

/// Removes the marker, so that the user can connect again, and the progress.
pub(crate) async fn lift(app: &App, user: &ClientUserId, now: Timestamp) -> Result<Report, Error> {
    let hmac = app.erasures.hmac(user).await?;
    let erasure = app.erasures.progress(&hmac, now).await?;
    // The progress goes first: with the marker alone, the command can be repeated.
    app.erasures.forget_progress(&hmac).await?;
    let was_erased = app.erasures.unmark_user(&hmac).await?;
    Ok(Report::Lifted {
        was_erased,
        was_final: erasure.is_some_and(|erasure| erasure.final_at.is_some()),
    })
}

struct Work<'a> {
    app: &'a App,
    user: &'a ClientUserId,
    now: Timestamp,
    /// When nothing more begins.
    until: Instant,
    erasure: Erasure,
}

impl Work<'_> {
    /// Works until a receipt is due, the time is over or Pluggy asks to wait.
    async fn run(&mut self) -> Result<Ended, Error> {
        loop {
            let ended = match self.erasure.stage {
                ErasureStage::Items => self.erase_items().await?,
                ErasureStage::Bodies => self.search(ErasureStage::Bodies).await?,
                ErasureStage::Announcement => {
                    if let Some(bus) = &self.app.bus {
                        bus.put(self.user, &self.erasure, self.now).await?;
                    }
                    Ended::Done
                }
                ErasureStage::Rows => self.search(ErasureStage::Rows).await?,
                ErasureStage::Requested | ErasureStage::Final => return Ok(Ended::Done),
            };
            if ended == Ended::Done {
                self.end_stage().await?;
            }
            if !self.save().await? {
                // Another invocation works on the same erasure.
                return Ok(Ended::Waiting(Duration::from_secs(1)));
            }
            if ended != Ended::Done {
                return Ok(ended);
            }
        }
    }

    /// Moves to the next stage.
    async fn end_stage(&mut self) -> Result<(), Error> {
        self.erasure.cursor = None;
        self.erasure.stage = match self.erasure.stage {
            ErasureStage::Items => ErasureStage::Bodies,
            ErasureStage::Bodies => {
                self.app.limits.forget(self.user).await?;
                ErasureStage::Announcement
            }
            ErasureStage::Announcement => {
                self.erasure.requested_at = Some(self.now);
                ErasureStage::Requested
            }
            ErasureStage::Rows => {
                self.app.limits.forget(self.user).await?;
                if self.arrivals().await?.is_empty() {
                    self.erasure.final_at = Some(self.now);
                    ErasureStage::Final
                } else {
                    self.begin_again().await?;
                    ErasureStage::Items
                }
            }
            stage @ (ErasureStage::Requested | ErasureStage::Final) => stage,
        };
        Ok(())
    }

    /// Erases the user's items, those that have arrived late, and those that Pluggy has not deleted before.
    async fn erase_items(&mut self) -> Result<Ended, Error> {
        let mut seen = HashSet::new();
        let mut wait = None;
        loop {
            let limit = i32::try_from(seen.len() + ITEMS_AT_A_TIME).unwrap_or(i32::MAX);
            let owned = self.app.items.ids_owned_by(self.user, limit).await?;
            let open = &self.erasure;
            let late = open.late_items.iter().chain(open.not_deleted.keys());
            let ids: BTreeSet<ItemId> = owned.into_iter().chain(late.copied()).collect();
            let ids: Vec<ItemId> = ids.into_iter().filter(|id| seen.insert(*id)).collect();
            if ids.is_empty() {
                return Ok(wait.map_or(Ended::Done, Ended::Waiting));
            }
            for id in ids {
                if Instant::now() >= self.until {
                    return Ok(Ended::OutOfTime);
                }
                let outcome = self.erase_item(id).await?;
                if !self.save().await? {
                    return Ok(Ended::Waiting(Duration::from_secs(1)));
                }
                if let Outcome::Waiting {
                    wait: asked,
                    with_all,
                } = outcome
                {
                    wait = wait.max(Some(asked));
                    if with_all {
                        return Ok(Ended::Waiting(asked));
                    }
                }
            }
        }
    }

    async fn erase_item(&mut self, id: ItemId) -> Result<Outcome, Error> {
        item::erase(self.app, self.user, &mut self.erasure, id, self.now).await
    }

    /// Searches the events. Before the receipt the bodies are removed, and items that an event says are the user's are
    /// erased. Before the final one the rows are deleted.
    async fn search(&mut self, stage: ErasureStage) -> Result<Ended, Error> {
        loop {
            if Instant::now() >= self.until {
                return Ok(Ended::OutOfTime);
            }
            let items: HashSet<ItemId> = self.erasure.items.iter().copied().collect();
            let search = UserSearch::new(self.user, &items);
            let after = self.erasure.cursor.clone();
            let page = self.app.events.search(&search, after.as_ref()).await?;
            let named: BTreeSet<ItemId> = page
                .rows
                .iter()
                .filter_map(|row| row.names_owner_of)
                .collect();
            let new: Vec<ItemId> = named.into_iter().filter(|id| !items.contains(id)).collect();
            if stage == ErasureStage::Rows && !new.is_empty() {
                // Their events may still arrive.
                self.begin_again().await?;
                self.erasure.stage = ErasureStage::Items;
                self.erasure.cursor = None;
                return Ok(Ended::OutOfTime);
            }
            for id in new {
                if let Outcome::Waiting { wait, .. } = self.erase_item(id).await? {
                    return Ok(Ended::Waiting(wait));
                }
            }
            if stage == ErasureStage::Bodies {
                let rows = page.rows.into_iter().filter(|row| row.has_body);
                let keys: Vec<EventKey> = rows.map(|row| row.key).collect();
                self.erasure.counts.bodies += remove_bodies(self.app, &keys, self.now).await?;
            } else {
                let keys: Vec<EventKey> = page.rows.into_iter().map(|row| row.key).collect();
                self.erasure.counts.event_rows += delete_rows(self.app, &keys).await?;
            }
            self.erasure.cursor = page.next;
            if self.erasure.cursor.is_none() {
                return Ok(Ended::Done);
            }
            if !self.save().await? {
                return Ok(Ended::Waiting(Duration::from_secs(1)));
            }
        }
    }

    /// Returns items of the user that have arrived since the erasure.
    async fn arrivals(&self) -> Result<Vec<ItemId>, Error> {
        let progress = self.app.erasures.progress(&self.erasure.user, self.now);
        let late = progress.await?.map(|erasure| erasure.late_items);
        let owned = self.app.items.ids_owned_by(self.user, 1).await?;
        Ok(owned
            .into_iter()
            .chain(late.into_iter().flatten())
            .collect())
    }

    /// Begins again if items have arrived since, or if Pluggy now deletes what it refused before: its events come then.
    /// Else the rows are next.
    async fn look_for_arrivals(&mut self) -> Result<Ended, Error> {
        let deleted_before = self.erasure.counts.items_deleted;
        let refused: Vec<ItemId> = self.erasure.not_deleted.keys().copied().collect();
        for id in refused {
            if let Outcome::Waiting { wait, .. } = self.erase_item(id).await? {
                return Ok(Ended::Waiting(wait));
            }
        }
        let is_news = self.erasure.counts.items_deleted > deleted_before;
        if is_news || !self.arrivals().await?.is_empty() {
            self.begin_again().await?;
            self.erasure.stage = ErasureStage::Items;
        } else if self.erasure.stage == ErasureStage::Requested {
            self.erasure.stage = ErasureStage::Rows;
        }
        if self.save().await? {
            Ok(Ended::Done)
        } else {
            Ok(Ended::Waiting(Duration::from_secs(1)))
        }
    }

    /// Renews the marker and the progress: late arrivals are possible for another day.
    async fn begin_again(&mut self) -> Result<(), Error> {
        let user: &UserHmac = &self.erasure.user;
        self.app.erasures.mark_user(user, self.now).await?;
        self.app.erasures.renew(user, self.now).await?;
        self.erasure.requested_at = None;
        self.erasure.final_at = None;
        if let Some(now) = self.app.erasures.progress(user, self.now).await? {
            self.erasure.late_items = now.late_items;
        }
        Ok(())
    }

    async fn save(&mut self) -> Result<bool, Error> {
        let saved = self.app.erasures.save(&mut self.erasure).await?;
        Ok(saved == Write::Done)
    }

    fn report(&self, ended: Ended) -> Report {
        let retry_after = match ended {
            Ended::Done => {
                let (logs, is_published) = (self.app.log_retention, self.app.bus.is_some());
                let receipt = Receipt::new(&self.erasure, logs, is_published);
                return Report::Receipt(Box::new(receipt));
            }
            Ended::OutOfTime => Duration::ZERO,
            Ended::Waiting(wait) => wait,
        };
        Report::Running {
            stage: self.erasure.stage.as_str(),
            retry_after_seconds: retry_after.as_secs(),
            items: self.erasure.items.len(),
            counts: self.erasure.counts,
        }
    }
}
