//! Replay of stored events: requests a fetch of their targets from the rows of `EventTable`, which outlive
//! the stream.
//!
//! One invocation requests a bounded number of fetches and searches a bounded number of rows. It returns the
//! position at which the next one continues.

use std::collections::HashSet;

use jiff::Timestamp;
use pluggy::{ClientUserId, ItemId};
use store::{Cursor, EventHistory, EventRow, Origin, ScanCursor, StoredItem, Target};
use uuid::Uuid;

use crate::fetch_request::FetchRequest;
use crate::{App, Replayed, Report, Selection, UserCursor};

/// Maximum number of fetch requests of one invocation.
const MAX_REQUESTS: usize = 25;
/// Maximum number of event pages that one invocation searches.
const MAX_PAGES: usize = 20;

pub(crate) async fn replay(
    app: &App,
    run: Uuid,
    selection: Selection,
    now: Timestamp,
) -> Result<Report, store::Error> {
    let mut replay = Replay {
        app,
        run,
        now,
        done: Replayed::default(),
        settled: HashSet::new(),
    };
    let cursor = match selection {
        Selection::Item(item_id) => {
            replay.request(Target::Item(item_id)).await?;
            None
        }
        Selection::Since { since, cursor } => replay
            .since(since, cursor)
            .await?
            .map(|cursor| cursor.to_text()),
        Selection::User {
            client_user_id,
            cursor,
        } => replay
            .user(&client_user_id, cursor)
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
    done: Replayed,
    /// Targets that this invocation has already handled.
    settled: HashSet<Target>,
}

impl Replay<'_> {
    async fn since(
        &mut self,
        since: Timestamp,
        mut after: Option<ScanCursor>,
    ) -> Result<Option<ScanCursor>, store::Error> {
        for _ in 0..MAX_PAGES {
            let page = self
                .app
                .events
                .since(self.app.client_id, since, self.now, after.as_ref())
                .await?;
            self.done.scanned += page.scanned;
            for event in page.rows {
                if self.is_full() {
                    return Ok(after);
                }
                if let Some(target) = self.wanted(&event).await? {
                    self.request(target).await?;
                }
                after = Some(ScanCursor::after(&event.key));
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        Ok(after)
    }

    /// Returns the target of the event if the event justifies a fetch. A scheduled fetch does not while its
    /// item has a row, because the schedule of the row continues.
    async fn wanted(&self, event: &EventRow) -> Result<Option<Target>, store::Error> {
        let target = event.target().filter(|target| {
            !self.settled.contains(target) && !FetchRequest::is_of(event, *target, self.run)
        });
        match target {
            Some(Target::Item(item_id)) if event.origin == Origin::Internal => {
                let has_row = self.row(item_id).await?.is_some();
                Ok(target.filter(|_| !has_row))
            }
            target => Ok(target),
        }
    }

    async fn user(
        &mut self,
        user: &ClientUserId,
        cursor: UserCursor,
    ) -> Result<Option<UserCursor>, store::Error> {
        match cursor {
            UserCursor::Items(after) => self.users_items(user, after).await.map(Some),
            UserCursor::Events(after) => {
                let next = self.users_events(user, after).await?;
                Ok(next.map(|next| UserCursor::Events(Some(next))))
            }
        }
    }

    async fn users_items(
        &mut self,
        user: &ClientUserId,
        after: Option<Cursor>,
    ) -> Result<UserCursor, store::Error> {
        let limit = i32::try_from(MAX_REQUESTS).unwrap_or(1);
        let page = self.app.items.owned_by(user, limit, after.as_ref()).await?;
        for item in page.items {
            self.request(Target::Item(item.item_id)).await?;
        }
        Ok(match page.next {
            Some(next) => UserCursor::Items(Some(next)),
            None => UserCursor::Events(None),
        })
    }

    /// Requests fetches of items that belong to the user by their events and to nobody by their rows.
    async fn users_events(
        &mut self,
        user: &ClientUserId,
        mut after: Option<ScanCursor>,
    ) -> Result<Option<ScanCursor>, store::Error> {
        for _ in 0..MAX_PAGES {
            let page = self
                .app
                .events
                .naming_users(self.app.client_id, self.now, after.as_ref())
                .await?;
            self.done.scanned += page.scanned;
            for event in page.rows {
                if self.is_full() {
                    return Ok(after);
                }
                if event.named_owner().is_some_and(|owner| owner.user == *user) {
                    self.request_if_owned(user, &event).await?;
                }
                after = Some(ScanCursor::after(&event.key));
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        Ok(after)
    }

    async fn request_if_owned(
        &mut self,
        user: &ClientUserId,
        event: &EventRow,
    ) -> Result<(), store::Error> {
        let Some(target @ Target::Item(item_id)) = event.target() else {
            return Ok(());
        };
        if !self.settled.insert(target) {
            return Ok(());
        }
        let row = self.row(item_id).await?;
        if row.is_some_and(|row| row.owner().is_some() || row.is_tombstone()) {
            return Ok(());
        }
        let history = self.history(target).await?;
        if history.owner().is_some_and(|owner| owner.user == *user) {
            self.ask(target, history).await?;
        }
        Ok(())
    }

    async fn request(&mut self, target: Target) -> Result<(), store::Error> {
        self.settled.insert(target);
        let history = match target {
            Target::Item(_) => self.history(target).await?,
            Target::Connector(_) => EventHistory {
                is_from_pluggy: true,
                ..EventHistory::default()
            },
        };
        self.ask(target, history).await
    }

    async fn history(&self, target: Target) -> Result<EventHistory, store::Error> {
        let events = &self.app.events;
        events.history(target, self.app.client_id, self.now).await
    }

    async fn ask(&mut self, target: Target, history: EventHistory) -> Result<(), store::Error> {
        let request = FetchRequest::again(self.run, target, &history);
        let mut is_new = request.store(self.app, self.now).await?;
        if let Some(owner) = FetchRequest::owner_again(self.run, target, &history) {
            is_new |= owner.store(self.app, self.now).await?;
        }
        if is_new {
            self.done.replayed += 1;
        } else {
            self.done.known += 1;
        }
        Ok(())
    }

    /// Returns the item's row, or `None` if it is absent or unreadable.
    async fn row(&self, item_id: ItemId) -> Result<Option<StoredItem>, store::Error> {
        match self.app.items.get(item_id).await {
            Err(store::Error::Corrupt { .. }) => Ok(None),
            row => row,
        }
    }

    fn is_full(&self) -> bool {
        self.done.replayed + self.done.known >= MAX_REQUESTS
    }
}
