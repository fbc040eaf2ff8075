//! Replay of stored events: requests a fetch of their targets from the rows of `EventTable`, which outlive
//! the stream.
//!
//! One invocation requests as many fetches as its command allows, many at a time, until its working time ends. It
//! returns the position at which the next one continues.

mod search;

use std::collections::HashSet;
use std::time::Duration;

use futures_util::stream::{self, StreamExt as _};
use jiff::Timestamp;
use pluggy::{ClientUserId, ItemId};
use store::{Cursor, EventHistory, ScanCursor, StoredItem, Target};
use tokio::time::Instant;
use uuid::Uuid;

use crate::fetch_request::FetchRequest;
use crate::{App, ReplayCommand, Replayed, Report, Selection, UserCursor};
use search::Search;
pub(crate) use search::row_count;

/// Time after which an invocation begins nothing more, so that the operator sees the progress.
const WORKING_TIME: Duration = Duration::from_secs(10);
/// Time that must be left to begin anything.
const RESERVE: Duration = Duration::from_secs(10);
/// Fetches that are requested at a time. Each takes a connection.
const REQUESTS_AT_A_TIME: usize = 32;
/// Maximum number of fetches that are requested before the time is checked again.
const MAX_WAVE: usize = 64;
/// Maximum number of a user's items that are read at once.
const MAX_ITEMS: usize = 100;

pub(crate) async fn replay(
    app: &App,
    command: ReplayCommand,
    now: Timestamp,
    deadline: Instant,
) -> Result<Report, store::Error> {
    let until = Instant::now() + WORKING_TIME;
    let mut replay = Replay {
        app,
        run: command.run,
        now,
        limit: command.limit,
        until: until.min(deadline.checked_sub(RESERVE).unwrap_or(deadline)),
        done: Replayed::default(),
        settled: HashSet::new(),
    };
    let cursor = match command.selection {
        Selection::Item(item_id) => {
            let target = Target::Item(item_id);
            replay.request_all(vec![Candidate::of(target)]).await?;
            None
        }
        Selection::Since { since, cursor } => {
            let search = Search::Since(since);
            let next = replay.search(&search, cursor).await?;
            next.map(|cursor| cursor.to_text())
        }
        Selection::User {
            client_user_id,
            cursor,
        } => replay
            .user(client_user_id, cursor)
            .await?
            .map(|cursor| cursor.to_text()),
    };
    Ok(Report::Replayed(Replayed {
        cursor,
        ..replay.done
    }))
}

struct Replay<'a> {
    app: &'a App,
    run: Uuid,
    now: Timestamp,
    /// Maximum number of fetch requests.
    limit: usize,
    /// When nothing more begins.
    until: Instant,
    done: Replayed,
    /// Targets that this invocation has already requested.
    settled: HashSet<Target>,
}

/// A target that may be requested.
#[derive(Clone, Debug)]
struct Candidate {
    target: Target,
    condition: Option<Condition>,
}

/// The condition under which a candidate is requested.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Condition {
    /// Its row is lost: only our own schedule has named it, which continues with a row.
    IsLost,
    /// It belongs to the user by its events, and to nobody by its row.
    BelongsTo(ClientUserId),
}

impl Candidate {
    fn of(target: Target) -> Self {
        Self {
            target,
            condition: None,
        }
    }
}

impl Replay<'_> {
    async fn user(
        &mut self,
        user: ClientUserId,
        cursor: UserCursor,
    ) -> Result<Option<UserCursor>, store::Error> {
        match cursor {
            UserCursor::Items(after) => self.users_items(&user, after).await.map(Some),
            UserCursor::Events(after) => {
                let next = self.search(&Search::Naming(user), after).await?;
                Ok(next.map(|next| UserCursor::Events(Some(next))))
            }
        }
    }

    async fn users_items(
        &mut self,
        user: &ClientUserId,
        mut after: Option<Cursor>,
    ) -> Result<UserCursor, store::Error> {
        loop {
            let limit = i32::try_from(self.room().min(MAX_ITEMS)).unwrap_or(1);
            let page = self.app.items.owned_by(user, limit, after.as_ref()).await?;
            let items = page.items.iter();
            let wave = items.map(|item| Candidate::of(Target::Item(item.item_id)));
            self.request_all(wave.collect()).await?;
            after = page.next;
            match after {
                None => return Ok(UserCursor::Events(None)),
                Some(next) if self.is_over() => return Ok(UserCursor::Items(Some(next))),
                Some(_) => {}
            }
        }
    }

    /// Requests the candidates of a search. Returns where to continue.
    async fn search(
        &mut self,
        search: &Search,
        mut after: Option<ScanCursor>,
    ) -> Result<Option<ScanCursor>, store::Error> {
        self.done.rows = row_count(self.app).await;
        loop {
            let page = search.page(self.app, self.now, after.as_ref()).await?;
            let found = page.rows.len();
            let mut rows = page.rows.as_slice();
            while !rows.is_empty() {
                let (wave, length) = search.wave(rows, self.run, self.wave_size(), &self.settled);
                self.request_all(wave).await?;
                let (read, rest) = rows.split_at(length);
                rows = rest;
                if self.is_over()
                    && !rows.is_empty()
                    && let Some(last) = read.last()
                {
                    // A part of the page is done: count the same part of its rows.
                    self.done.scanned += page.scanned * (found - rows.len()) / found;
                    return Ok(Some(ScanCursor::after(&last.key)));
                }
            }
            self.done.scanned += page.scanned;
            after = page.next;
            if after.is_none() || self.is_over() {
                return Ok(after);
            }
        }
    }

    /// Requests fetches of the candidates, many at a time. On an error, those that have begun end first.
    async fn request_all(&mut self, wave: Vec<Candidate>) -> Result<(), store::Error> {
        let replay = &*self;
        let requests = wave.iter().map(|candidate| replay.request(candidate));
        let results: Vec<_> = stream::iter(requests)
            .buffered(REQUESTS_AT_A_TIME)
            .collect()
            .await;
        for (candidate, result) in wave.iter().zip(results) {
            let Some(is_new) = result? else { continue };
            self.settled.insert(candidate.target);
            if is_new {
                self.done.replayed += 1;
            } else {
                self.done.known += 1;
            }
        }
        Ok(())
    }

    /// Requests a fetch of the candidate. Returns whether the request is new, or `None` if the condition does not hold.
    async fn request(&self, candidate: &Candidate) -> Result<Option<bool>, store::Error> {
        let target = candidate.target;
        let history = match (target, &candidate.condition) {
            (Target::Connector(_), _) => EventHistory {
                is_from_pluggy: true,
                ..EventHistory::default()
            },
            (Target::Item(_), None) => self.history(target).await?,
            (Target::Item(item_id), Some(Condition::IsLost)) => {
                if self.row(item_id).await?.is_some() {
                    return Ok(None);
                }
                self.history(target).await?
            }
            (Target::Item(item_id), Some(Condition::BelongsTo(user))) => {
                let row = self.row(item_id).await?;
                if row.is_some_and(|row| row.owner().is_some() || row.is_tombstone()) {
                    return Ok(None);
                }
                let history = self.history(target).await?;
                if history.owner().is_none_or(|owner| owner.user != *user) {
                    return Ok(None);
                }
                history
            }
        };
        self.store(target, &history).await.map(Some)
    }

    /// Stores the fetch request. Returns whether it is new.
    async fn store(&self, target: Target, history: &EventHistory) -> Result<bool, store::Error> {
        let request = FetchRequest::again(self.run, target, history);
        let mut is_new = request.store(self.app, self.now).await?;
        if let Some(owner) = FetchRequest::owner_again(self.run, target, history) {
            is_new |= owner.store(self.app, self.now).await?;
        }
        Ok(is_new)
    }

    async fn history(&self, target: Target) -> Result<EventHistory, store::Error> {
        let events = &self.app.events;
        events.history(target, self.app.client_id, self.now).await
    }

    /// Returns the item's row, or `None` if it is absent or unreadable.
    async fn row(&self, item_id: ItemId) -> Result<Option<StoredItem>, store::Error> {
        match self.app.items.get(item_id).await {
            Err(store::Error::Corrupt { .. }) => Ok(None),
            row => row,
        }
    }

    /// Returns the number of fetches that may still be requested.
    fn room(&self) -> usize {
        self.limit
            .saturating_sub(self.done.replayed + self.done.known)
    }

    fn wave_size(&self) -> usize {
        self.room().min(MAX_WAVE)
    }

    fn is_over(&self) -> bool {
        self.room() == 0 || Instant::now() >= self.until
    }
}
