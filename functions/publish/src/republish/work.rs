//! The work of one command: page by page, and each page in parts, so that the next command can continue in a page.

use std::time::Duration;

use client::chain;
use jiff::Timestamp;
use store::{Change, ScannedRow};
use tokio::time::{Instant, timeout_at};

use super::command::Command;
use super::cursor::Cursor;
use super::{App, Error, Republished};
use crate::decode;
use crate::dispatch::{dispatch, next_part};
use crate::pending_entry::PendingEntry;
use crate::reference::RowKey;

/// Time after which an invocation begins nothing more, so that the operator sees the progress.
const WORKING_TIME: Duration = Duration::from_secs(10);

/// A page of rows, and the position of the next one.
struct Page {
    rows: Vec<ScannedRow>,
    scanned: usize,
    next: Option<Cursor>,
}

/// Publishes from the command's cursor on until the command's limit, the end of the working time, or `deadline`.
pub(super) async fn publish(
    app: &App,
    command: Command,
    now: Timestamp,
    deadline: Instant,
) -> Result<Republished, Error> {
    let mut work = Work {
        app,
        since: command.since,
        limit: command.limit,
        now,
        until: deadline.min(Instant::now() + WORKING_TIME),
        deadline,
        done: Republished {
            rows: row_count(app).await,
            ..Republished::default()
        },
    };
    work.publish(command.cursor).await?;
    Ok(work.done)
}

/// Returns the number of rows of both tables. It is only needed to estimate the time left, so a failure is ignored.
async fn row_count(app: &App) -> Option<u64> {
    let counted = tokio::try_join!(app.events.row_count(), app.items.row_count());
    match counted {
        Ok((events, items)) => Some(events? + items?),
        Err(error) => {
            tracing::warn!(error = chain(&error), "rows not counted");
            None
        }
    }
}

/// One command.
struct Work<'a> {
    app: &'a App,
    since: Timestamp,
    /// Maximum number of events.
    limit: usize,
    now: Timestamp,
    /// When nothing more begins.
    until: Instant,
    /// When what has begun is given up.
    deadline: Instant,
    done: Republished,
}

impl Work<'_> {
    /// Publishes page by page until the command's limit or the end of the working time. The next command repeats what
    /// was not published completely. If nothing was, an error is returned.
    async fn publish(&mut self, cursor: Cursor) -> Result<(), Error> {
        let mut next = Some(cursor);
        while let Some(cursor) = next {
            self.done.cursor = Some(cursor.to_text());
            next = match self.publish_page(cursor).await {
                Ok(next) => next,
                Err(error) if self.done.scanned == 0 && self.handled() == 0 => return Err(error),
                Err(error) => {
                    tracing::warn!(error = chain(&error), "the rest left to the next command");
                    return Ok(());
                }
            };
            self.done.cursor = next.as_ref().map(Cursor::to_text);
            if self.is_over() {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Publishes a page in parts. Returns where to continue: in the page, if the work is over before its end.
    async fn publish_page(&mut self, cursor: Cursor) -> Result<Option<Cursor>, Error> {
        let page = timeout_at(self.deadline, page(self.app, self.since, &cursor, self.now));
        let page = page.await.map_err(|_| Error::OutOfTime)??;
        let (app, since, scanned_before) = (self.app, self.since, self.done.scanned);
        let found = page.rows.len();
        let mut rows = page.rows.into_iter();
        while rows.len() > 0 {
            let mut after = None;
            // Rows are decoded one by one, so that not all bodies are in memory at once.
            let mut row_entries = rows.by_ref().map(|row| {
                after = Some(row.cursor());
                entries(app, row, since)
            });
            let part = next_part(&mut row_entries, self.limit.saturating_sub(self.handled()));
            let part = app.erased.apply(part, self.now).await;
            let part = part.map_err(|_| Error::NotAccepted)?;
            let part = dispatch(&app.bus, &app.dead_letter_queue, part, self.deadline).await;
            self.done.published += part.published;
            self.done.dead_lettered += part.dead_lettered;
            if !part.left.is_empty() {
                return Err(Error::NotAccepted);
            }
            // A part of the page is done: count the same part of its rows.
            self.done.scanned = scanned_before + page.scanned * (found - rows.len()) / found;
            if let Some(after) = after {
                let position = cursor.moved_to(after?);
                self.done.cursor = Some(position.to_text());
                if rows.len() > 0 && self.is_over() {
                    return Ok(Some(position));
                }
            }
        }
        self.done.scanned = scanned_before + page.scanned;
        Ok(page.next)
    }

    fn is_over(&self) -> bool {
        self.handled() >= self.limit || Instant::now() >= self.until
    }

    /// Returns the number of events that are on the bus or in the dead-letter queue.
    fn handled(&self) -> usize {
        self.done.published + self.done.dead_lettered
    }
}

async fn page(
    app: &App,
    since: Timestamp,
    cursor: &Cursor,
    now: Timestamp,
) -> Result<Page, store::Error> {
    match cursor {
        Cursor::Webhooks(after) => {
            let found = app
                .events
                .webhooks_since(app.client_id, since, now, after.as_ref())
                .await?;
            Ok(Page {
                rows: found.rows,
                scanned: found.scanned,
                next: Some(match found.next {
                    Some(next) => Cursor::Webhooks(Some(next)),
                    None => Cursor::Items(None),
                }),
            })
        }
        Cursor::Items(after) => {
            let found = app.items.seen_since(since, after.as_ref()).await?;
            Ok(Page {
                rows: found.rows,
                scanned: found.scanned,
                next: found.next.map(|next| Cursor::Items(Some(next))),
            })
        }
    }
}

fn entries(app: &App, row: ScannedRow, since: Timestamp) -> Vec<PendingEntry> {
    let Some(partition) = row.partition() else {
        return Vec::new();
    };
    let key = RowKey {
        pk: partition.to_owned(),
        sk: row.sort().map(str::to_owned),
    };
    let event_table = app.event_table.as_str();
    let read = move || row.read();
    decode::entries(key, since, read, |change| match change {
        Change::Webhook { event, body } => {
            vec![PendingEntry::of_webhook(&event, &body, event_table)]
        }
        Change::Item { after, .. } => PendingEntry::of_present(&after),
    })
}
