//! The work of one command: stage by stage, until the time is over or Pluggy asks to wait.

use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use pluggy::{ClientUserId, ItemId};
use runtime::clock;
use store::{ErasedItem, Erasure, ErasureStage, EventKey, MARKER_RETENTION, UserSearch, Write};
use tokio::time::Instant;

use crate::item::{Outcome, delete_rows, remove_bodies};
use crate::receipt::{BETWEEN_STAGES, Receipt, Report, after};
use crate::{App, Error};

/// Time after which an invocation begins nothing more, so that the operator sees the progress.
pub(crate) const WORKING_TIME: Duration = Duration::from_secs(20);
/// Time that must be left to begin anything.
const RESERVE: Duration = Duration::from_secs(20);
/// Items that are read from the index at once.
const ITEMS_AT_A_TIME: usize = 25;
/// Time between the marker and `user.erased`. A process that has not seen the marker has published by then: publish
/// remembers for 20 seconds that there is none, and an invocation takes 30 seconds at most.
pub const BEFORE_ANNOUNCEMENT: SignedDuration = SignedDuration::from_secs(60);

/// The end of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    /// Its work is done.
    Done,
    /// Another stage is next.
    Elsewhere,
    /// The time is over.
    OutOfTime,
    /// Pluggy, or another invocation, asks to wait.
    Waiting(Duration),
}

/// Another invocation works on the same erasure.
const OVERTAKEN: Ended = Ended::Waiting(Duration::from_secs(1));

/// Starts or continues the erasure of a user. Returns a receipt where a part of it is done.
pub(crate) async fn erase(
    app: &App,
    user: &ClientUserId,
    now: Timestamp,
    deadline: Instant,
) -> Result<Report, Error> {
    let hmac = app.erasures.hmac(user).await?;
    // The progress exists as long as a marker does: item-sync adds items to it.
    let erasure = match app.erasures.progress(&hmac, now).await? {
        Some(erasure) => erasure,
        None => app.erasures.start(&hmac, now).await?,
    };
    let latest = deadline.checked_sub(RESERVE).unwrap_or(deadline);
    let mut work = Work {
        app,
        user,
        now,
        began: Instant::now(),
        until: latest.min(Instant::now() + WORKING_TIME),
        erasure,
    };
    let ended = if work.is_waiting_for_arrivals() {
        Ended::Done
    } else {
        work.resume();
        work.run().await?
    };
    Ok(work.report(ended))
}

/// Removes the marker, so that the user can connect again, and ends the erasure. What Pluggy has not deleted is kept for the
/// next one.
pub(crate) async fn lift(app: &App, user: &ClientUserId, now: Timestamp) -> Result<Report, Error> {
    let hmac = app.erasures.hmac(user).await?;
    let erasure = app.erasures.progress(&hmac, now).await?;
    // The marker goes first: item-sync needs the progress as long as it finds the marker.
    let had_marker = app.erasures.unmark_user(&hmac).await?;
    app.erasures.end(&hmac).await?;
    Ok(Report::Lifted {
        was_erased: had_marker || erasure.is_some(),
        was_final: erasure.is_some_and(|erasure| erasure.final_at.is_some()),
    })
}

/// An erasure, and what it needs.
pub(crate) struct Work<'a> {
    pub(crate) app: &'a App,
    pub(crate) user: &'a ClientUserId,
    pub(crate) now: Timestamp,
    began: Instant,
    /// When nothing more begins.
    until: Instant,
    pub(crate) erasure: Erasure,
}

impl Work<'_> {
    fn is_waiting_for_arrivals(&self) -> bool {
        let is_early = |at| self.now < after(at, BETWEEN_STAGES);
        self.erasure.stage == ErasureStage::Requested
            && self.erasure.requested_at.is_some_and(is_early)
    }

    /// Returns the current time: the start of the call plus the elapsed time.
    fn current_time(&self) -> Timestamp {
        let elapsed = SignedDuration::try_from(self.began.elapsed()).unwrap_or_default();
        clock::in_milliseconds(after(self.now, elapsed))
    }

    /// Leaves a stage that has ended with a receipt. After the end of the marker anything may have been stored.
    fn resume(&mut self) {
        let is_over = |at| self.now >= after(at, MARKER_RETENTION);
        match self.erasure.stage {
            ErasureStage::Requested | ErasureStage::Final => {
                if self.erasure.marked_at.is_none_or(is_over) {
                    self.begin_again();
                } else {
                    self.erasure.stage = ErasureStage::Arrivals;
                    self.erasure.pass += 1;
                }
            }
            ErasureStage::Marker
            | ErasureStage::Items
            | ErasureStage::Bodies
            | ErasureStage::Announcement
            | ErasureStage::Arrivals
            | ErasureStage::Rows => {}
        }
    }

    /// Works until a receipt is due, the time is over or Pluggy asks to wait.
    async fn run(&mut self) -> Result<Ended, Error> {
        loop {
            let ended = match self.erasure.stage {
                ErasureStage::Marker => {
                    let user = &self.erasure.user;
                    self.app.erasures.mark_user(user, self.now).await?;
                    self.erasure.marked_at = Some(self.current_time());
                    Ended::Done
                }
                ErasureStage::Items => self.erase_items().await?,
                ErasureStage::Bodies => self.search(ErasureStage::Bodies).await?,
                ErasureStage::Announcement => self.announce().await?,
                ErasureStage::Arrivals => self.look_for_arrivals().await?,
                ErasureStage::Rows => self.search(ErasureStage::Rows).await?,
                ErasureStage::Requested | ErasureStage::Final => return Ok(Ended::Done),
            };
            if ended == Ended::Done {
                self.end_stage().await?;
            }
            if !self.save().await? {
                return Ok(OVERTAKEN);
            }
            if matches!(ended, Ended::OutOfTime | Ended::Waiting(_)) {
                return Ok(ended);
            }
        }
    }

    /// Moves to the next stage.
    async fn end_stage(&mut self) -> Result<(), Error> {
        self.erasure.cursor = None;
        self.erasure.stage = match self.erasure.stage {
            ErasureStage::Marker => ErasureStage::Items,
            ErasureStage::Items => ErasureStage::Bodies,
            ErasureStage::Bodies => {
                self.app.limits.forget(self.user).await?;
                ErasureStage::Announcement
            }
            ErasureStage::Announcement => {
                self.erasure.requested_at = Some(self.now);
                ErasureStage::Requested
            }
            ErasureStage::Arrivals if self.erasure.final_at.is_some() => ErasureStage::Final,
            ErasureStage::Arrivals => ErasureStage::Rows,
            ErasureStage::Rows => {
                self.app.limits.forget(self.user).await?;
                if self.has_arrivals().await? {
                    self.begin_again();
                    ErasureStage::Marker
                } else {
                    self.erasure.final_at = Some(self.now);
                    ErasureStage::Final
                }
            }
            stage @ (ErasureStage::Requested | ErasureStage::Final) => stage,
        };
        Ok(())
    }

    /// Begins again with the marker: late arrivals are possible for another day.
    fn begin_again(&mut self) {
        let erasure = &mut self.erasure;
        erasure.stage = ErasureStage::Marker;
        erasure.pass += 1;
        erasure.marked_at = None;
        erasure.requested_at = None;
        erasure.final_at = None;
        erasure.have_rows_arrived = false;
        erasure.cursor = None;
    }

    /// Erases the user's items, those that have arrived late, and those that Pluggy has refused in an earlier pass.
    async fn erase_items(&mut self) -> Result<Ended, Error> {
        let mut seen = HashSet::new();
        let mut wait = None;
        loop {
            let items = &self.erasure.items;
            let limit = items.len() + seen.len() + ITEMS_AT_A_TIME;
            let owned = self.owned(limit).await?.into_iter();
            let due = items
                .iter()
                .filter(|(_, state)| state.is_due(self.erasure.pass));
            let ids: BTreeSet<ItemId> = owned.chain(due.map(|(id, _)| *id)).collect();
            let ids: Vec<ItemId> = ids.into_iter().filter(|id| seen.insert(*id)).collect();
            if ids.is_empty() {
                return Ok(wait.map_or(Ended::Done, Ended::Waiting));
            }
            for id in ids {
                if self.is_out_of_time() {
                    return Ok(Ended::OutOfTime);
                }
                let outcome = self.erase_item(id).await?;
                if !self.save().await? {
                    return Ok(OVERTAKEN);
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

    /// Returns items of the user from the index, without those that are done: it may lag behind their tombstones.
    async fn owned(&self, limit: usize) -> Result<Vec<ItemId>, Error> {
        let limit = i32::try_from(limit).unwrap_or(i32::MAX);
        let owned = self.app.items.ids_owned_by(self.user, limit).await?;
        let states = &self.erasure.items;
        let is_done = |id: &ItemId| {
            states
                .get(id)
                .is_some_and(|state| !state.is_due(self.erasure.pass))
        };
        Ok(owned.into_iter().filter(|id| !is_done(id)).collect())
    }

    /// Searches the events. Before the receipt the bodies are removed, and items that an event says are the user's are
    /// erased. Before the final one the rows are deleted, until a search finds none that has arrived since the receipt.
    async fn search(&mut self, stage: ErasureStage) -> Result<Ended, Error> {
        loop {
            if self.is_out_of_time() {
                return Ok(Ended::OutOfTime);
            }
            let states = &self.erasure.items;
            let theirs = states.iter().filter(|(_, state)| state.is_theirs());
            let items: HashSet<ItemId> = theirs.map(|(id, _)| *id).collect();
            let search = UserSearch::to_delete(self.user, &items, self.app.client_id);
            let after = self.erasure.cursor.clone();
            let page = self.app.events.search(&search, after.as_ref()).await?;
            let named = page.rows.iter().filter_map(|row| row.names_owner_of);
            let named: BTreeSet<ItemId> = named.filter(|id| !states.contains_key(id)).collect();
            let mut wait = None;
            for id in named {
                if self.is_out_of_time() {
                    return Ok(Ended::OutOfTime);
                }
                match self.erase_item(id).await? {
                    Outcome::Waiting { wait: asked, .. } => wait = wait.max(Some(asked)),
                    Outcome::Ended if stage == ErasureStage::Rows => {
                        // Its events may still arrive.
                        self.begin_again();
                        return Ok(Ended::Elsewhere);
                    }
                    Outcome::Ended | Outcome::Another => {}
                }
            }
            if let Some(wait) = wait {
                return Ok(Ended::Waiting(wait));
            }
            if stage == ErasureStage::Bodies {
                let rows = page.rows.into_iter().filter(|row| row.has_body);
                let keys: Vec<EventKey> = rows.map(|row| row.key).collect();
                self.erasure.counts.bodies += remove_bodies(self.app, &keys, self.now).await?;
            } else {
                let requested_at = self.erasure.requested_at;
                let has_arrived = page.rows.iter().any(|row| row.received_at > requested_at);
                if has_arrived && !self.erasure.have_rows_arrived {
                    // A repetition of this call does not find the row.
                    self.erasure.have_rows_arrived = true;
                    if !self.save().await? {
                        return Ok(OVERTAKEN);
                    }
                }
                let keys: Vec<EventKey> = page.rows.into_iter().map(|row| row.key).collect();
                self.erasure.counts.event_rows += delete_rows(self.app, &keys).await?;
            }
            self.erasure.cursor = page.next;
            let is_end = self.erasure.cursor.is_none();
            let have_rows_arrived = self.erasure.have_rows_arrived;
            if is_end && !have_rows_arrived {
                return Ok(Ended::Done);
            }
            self.erasure.have_rows_arrived = have_rows_arrived && !is_end;
            if !self.save().await? {
                return Ok(OVERTAKEN);
            }
        }
    }

    async fn announce(&mut self) -> Result<Ended, Error> {
        let Some(bus) = &self.app.bus else {
            return Ok(Ended::Done);
        };
        let from = after(
            self.erasure.marked_at.unwrap_or(self.now),
            BEFORE_ANNOUNCEMENT,
        );
        let wait = Duration::try_from(from.duration_since(self.now)).unwrap_or_default();
        if !wait.is_zero() {
            return Ok(Ended::Waiting(Duration::from_secs(wait.as_secs() + 1)));
        }
        bus.put(self.user, &self.erasure, self.now).await?;
        self.erasure.is_published = true;
        Ok(Ended::Done)
    }

    /// Returns whether items of the user have arrived since the erasure.
    async fn has_arrivals(&mut self) -> Result<bool, Error> {
        let progress = self.app.erasures.progress(&self.erasure.user, self.now);
        self.erasure.items = progress.await?.ok_or(Error::Lifted)?.items;
        let items = &self.erasure.items;
        let owned = self.owned(items.len() + 1).await?;
        Ok(!owned.is_empty() || items.values().any(ErasedItem::is_open))
    }

    /// Tries once what Pluggy has refused. Begins again if Pluggy now deletes such an item, because its events come then,
    /// or if items have arrived since.
    async fn look_for_arrivals(&mut self) -> Result<Ended, Error> {
        let states = self.erasure.items.iter();
        let refused = states.filter(|(_, state)| state.refusal().is_some());
        let due = refused.filter(|(_, state)| state.is_due(self.erasure.pass));
        let due: Vec<ItemId> = due.map(|(id, _)| *id).collect();
        for id in due {
            if self.is_out_of_time() {
                return Ok(Ended::OutOfTime);
            }
            if let Outcome::Waiting { wait, .. } = self.erase_item(id).await? {
                return Ok(Ended::Waiting(wait));
            }
            if self.erasure.items.get(&id) == Some(&ErasedItem::Done) {
                self.begin_again();
                return Ok(Ended::Elsewhere);
            }
        }
        if self.has_arrivals().await? {
            self.begin_again();
            return Ok(Ended::Elsewhere);
        }
        Ok(Ended::Done)
    }

    fn is_out_of_time(&self) -> bool {
        Instant::now() >= self.until
    }

    async fn save(&mut self) -> Result<bool, Error> {
        let saved = self.app.erasures.save(&mut self.erasure).await?;
        Ok(saved == Write::Done)
    }

    fn report(&self, ended: Ended) -> Report {
        let retry_after = match ended {
            Ended::Done => {
                let receipt = Receipt::new(&self.erasure, self.app.log_retention);
                return Report::Receipt(Box::new(receipt));
            }
            Ended::Elsewhere | Ended::OutOfTime => Duration::ZERO,
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
