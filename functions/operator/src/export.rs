//! Export of everything that is held about a user, page by page: the counts and the erasure of the user and the rows of the
//! user's items first, then the events. An event belongs to the user whom it names, and to its item's owner if it names nobody.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use jiff::Timestamp;
use pluggy::{ClientUserId, ItemId};
use store::{Concern, Cursor, ScanCursor, ScannedEvent, Target, UserRow};
use tokio::time::Instant;

use crate::replay::row_count;
use crate::report::Exported;
use crate::{App, Report, UserCursor};

/// Version of docs/reference/export.v1.schema.json.
const SCHEMA_VERSION: u32 = 1;
/// Time after which a page ends, so that the operator sees the progress.
const WORKING_TIME: Duration = Duration::from_secs(10);
/// Time that must be left for a response.
const RESERVE: Duration = Duration::from_secs(10);
/// Length at which a page ends. Its last row may exceed it, and Lambda's response holds 6 MB.
const PAGE_LENGTH: usize = 2 * 1024 * 1024;
/// Number of a user's items that are read at once. Each row has 400 KB at most.
const MAX_ITEMS: i32 = 5;

pub(crate) async fn export(
    app: &App,
    user: &ClientUserId,
    cursor: UserCursor,
    now: Timestamp,
    deadline: Instant,
) -> Result<Report, store::Error> {
    let until = Instant::now() + WORKING_TIME;
    let mut export = Export {
        app,
        user,
        now,
        until: until.min(deadline.checked_sub(RESERVE).unwrap_or(deadline)),
        rows: Vec::new(),
        length: 0,
        scanned: 0,
        owned: HashMap::new(),
    };
    let next = match cursor {
        UserCursor::Items(after) => export.items(after).await?,
        UserCursor::Events(after) => export.events(after).await?,
    };
    Ok(Report::Exported(Exported {
        schema_version: SCHEMA_VERSION,
        exported_at: now,
        rows: export.rows,
        scanned: export.scanned,
        event_rows: row_count(app).await,
        cursor: next.as_ref().map(UserCursor::to_text),
    }))
}

/// One page.
struct Export<'a> {
    app: &'a App,
    user: &'a ClientUserId,
    now: Timestamp,
    /// When the page ends.
    until: Instant,
    rows: Vec<UserRow>,
    length: usize,
    scanned: usize,
    /// Whether an item is the user's.
    owned: HashMap<ItemId, bool>,
}

impl Export<'_> {
    async fn items(&mut self, after: Option<Cursor>) -> Result<Option<UserCursor>, store::Error> {
        if after.is_none() {
            let counts = self.app.limits.user_row(self.user, self.now).await?;
            self.add_all(counts);
            let erasure = self.app.erasures.user_rows(self.user, self.now).await?;
            self.add_all(erasure);
        }
        let mut after = after;
        loop {
            let items = &self.app.items;
            let page = items.user_rows(self.user, MAX_ITEMS, after.as_ref(), self.now);
            let (rows, next) = page.await?;
            self.add_all(rows);
            if next.is_none() {
                return Ok(Some(UserCursor::Events(None)));
            }
            if self.is_over() {
                return Ok(Some(UserCursor::Items(next)));
            }
            after = next;
        }
    }

    async fn events(
        &mut self,
        after: Option<ScanCursor>,
    ) -> Result<Option<UserCursor>, store::Error> {
        let mut after = after;
        loop {
            let page = self.app.events.every(after.as_ref()).await?;
            self.read_owners(&page.rows).await?;
            for event in page.rows {
                let cursor = event.cursor()?;
                self.scanned += 1;
                if self.concerns(&event).await? {
                    self.add_all([event.into_user_row(self.now)]);
                }
                if self.is_over() {
                    return Ok(Some(UserCursor::Events(Some(cursor))));
                }
            }
            after = page.next;
            if after.is_none() {
                return Ok(None);
            }
        }
    }

    /// Reads the rows of the items whose owner decides about an event, many at a time.
    async fn read_owners(&mut self, events: &[ScannedEvent]) -> Result<(), store::Error> {
        let concerns = events.iter().map(|event| self.concern(event));
        let unknown: BTreeSet<ItemId> = concerns
            .filter_map(|concern| match concern {
                Concern::OwnerOf(id) if !self.owned.contains_key(&id) => Some(id),
                _ => None,
            })
            .collect();
        for item in self.app.items.get_many(&unknown).await? {
            if let Some(owner) = item.user() {
                self.owned.insert(item.item_id, owner == self.user);
            }
        }
        Ok(())
    }

    async fn concerns(&mut self, event: &ScannedEvent) -> Result<bool, store::Error> {
        match self.concern(event) {
            Concern::Names => Ok(true),
            Concern::OwnerOf(id) => self.owns(id).await,
            Concern::None => Ok(false),
        }
    }

    fn concern(&self, event: &ScannedEvent) -> Concern {
        event.concern(self.user, self.app.client_id)
    }

    /// Returns whether the item is the user's. The events decide about an item whose row is absent, or names nobody, as a
    /// tombstone does.
    async fn owns(&mut self, item_id: ItemId) -> Result<bool, store::Error> {
        if let Some(is_theirs) = self.owned.get(&item_id) {
            return Ok(*is_theirs);
        }
        let (events, target) = (&self.app.events, Target::Item(item_id));
        let history = events.history(target, self.app.client_id, self.now).await?;
        let is_theirs = history
            .owner()
            .is_some_and(|owner| owner.user == *self.user);
        self.owned.insert(item_id, is_theirs);
        Ok(is_theirs)
    }

    fn add_all(&mut self, rows: impl IntoIterator<Item = UserRow>) {
        for row in rows {
            self.length += row.length();
            self.rows.push(row);
        }
    }

    fn is_over(&self) -> bool {
        self.length >= PAGE_LENGTH || Instant::now() >= self.until
    }
}
