//! Republishing from the rows, at an operator's command. A stream keeps records for one day, and its queue holds
//! only positions.

mod command;
mod config;
mod cursor;
mod error;

use client::chain;
use jiff::Timestamp;
use pluggy::ClientId;
use runtime::audit::{self, AuditTarget};
use serde::Serialize;
use store::{Change, Events, Items, ScannedRow};
use tokio::time::{Instant, timeout_at};

pub use command::InvalidCommand;
pub use config::Config;
pub use error::Error;

use crate::dispatch::{Dispatched, dispatch};
use crate::pending_entry::PendingEntry;
use crate::reference::RowKey;
use crate::{Bus, DeadLetterQueue, before_response, decode};
use command::Command;
use cursor::Cursor;

/// Dependencies of `republish`, built once during init.
pub struct App {
    /// The bus.
    pub bus: Bus,
    /// The dead-letter queue for refused entries.
    pub dead_letter_queue: DeadLetterQueue,
    /// The webhooks.
    pub events: Events,
    /// Our application. Events that were quarantined under another application's id count if they name this
    /// one.
    pub client_id: ClientId,
    /// The items.
    pub items: Items,
    /// The name of the event table, for bodies that do not fit an event.
    pub event_table: String,
}

/// Result of a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "result", rename_all = "lowercase")]
pub enum Report {
    /// Some or all events are published.
    Republished(Republished),
    /// The command is invalid.
    Refused(InvalidCommand),
}

/// Progress of a republish.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Republished {
    /// Number of events that the bus accepted.
    pub published: usize,
    /// Number of events that the bus always refuses. They are in the dead-letter queue again.
    pub dead_lettered: usize,
    /// Number of rows read.
    pub scanned: usize,
    /// Position at which the next command continues; none if all is done.
    pub cursor: Option<String>,
}

/// A page of rows, and the position of the next one.
struct Page {
    entries: Vec<PendingEntry>,
    scanned: usize,
    next: Option<Cursor>,
}

/// Executes one command until shortly before `deadline`. An invalid command is refused in the report: it is a mistake
/// of the operator, not a failure of the function.
pub async fn handle(
    app: &App,
    command: &str,
    now: Timestamp,
    deadline: Instant,
) -> Result<Report, Error> {
    let command = match Command::parse(command) {
        Ok(command) => command,
        Err(refusal) => {
            tracing::warn!(field = refusal.field, "command refused");
            return Ok(Report::Refused(refusal));
        }
    };
    let target = AuditTarget::public("since", command.since.to_string());
    audit::log(command.audit.as_ref(), None, "republish", &target);
    match publish_pages(app, command, now, before_response(deadline)).await {
        Ok(done) => {
            tracing::info!(
                events.published = done.published,
                events.dead_lettered = done.dead_lettered,
                "command carried out"
            );
            Ok(Report::Republished(done))
        }
        Err(error) => {
            tracing::error!(error = chain(&error), "command failed");
            Err(error)
        }
    }
}

/// Publishes page by page until `deadline`. The next command repeats a page that was not published
/// completely. If that is the first page, an error is returned.
async fn publish_pages(
    app: &App,
    command: Command,
    now: Timestamp,
    deadline: Instant,
) -> Result<Republished, Error> {
    let mut done = Republished::default();
    let mut next = Some(command.cursor);
    while let Some(cursor) = next.take() {
        done.cursor = Some(cursor.to_text());
        match publish_page(app, command.since, cursor, now, deadline).await {
            Ok((page, dispatched)) => {
                done.published += dispatched.published;
                done.dead_lettered += dispatched.dead_lettered;
                done.scanned += page.scanned;
                done.cursor = page.next.as_ref().map(Cursor::to_text);
                next = page.next;
            }
            Err(error) if done.scanned == 0 => return Err(error),
            Err(error) => {
                tracing::warn!(error = chain(&error), "page left to the next command");
                break;
            }
        }
        if Instant::now() >= deadline {
            break;
        }
    }
    Ok(done)
}

async fn publish_page(
    app: &App,
    since: Timestamp,
    cursor: Cursor,
    now: Timestamp,
    deadline: Instant,
) -> Result<(Page, Dispatched), Error> {
    let page = timeout_at(deadline, page(app, since, cursor, now));
    let mut page = page.await.map_err(|_| Error::OutOfTime)??;
    let entries = std::mem::take(&mut page.entries);
    let dispatched = dispatch(&app.bus, &app.dead_letter_queue, entries, deadline).await;
    if dispatched.left.is_empty() {
        Ok((page, dispatched))
    } else {
        Err(Error::NotAccepted)
    }
}

async fn page(
    app: &App,
    since: Timestamp,
    cursor: Cursor,
    now: Timestamp,
) -> Result<Page, store::Error> {
    // Rows are decoded one by one, so that not all bodies are in memory at once.
    let entries = |rows: Vec<ScannedRow>| {
        let entries = rows.into_iter().filter_map(|row| entry(app, row, since));
        entries.collect()
    };
    match cursor {
        Cursor::Webhooks(after) => {
            let found = app
                .events
                .webhooks_since(app.client_id, since, now, after.as_ref())
                .await?;
            Ok(Page {
                entries: entries(found.rows),
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
                entries: entries(found.rows),
                scanned: found.scanned,
                next: found.next.map(|next| Cursor::Items(Some(next))),
            })
        }
    }
}

fn entry(app: &App, row: ScannedRow, since: Timestamp) -> Option<PendingEntry> {
    let key = RowKey {
        pk: row.partition()?.to_owned(),
        sk: row.sort().map(str::to_owned),
    };
    let event_table = app.event_table.as_str();
    let read = move || row.read();
    decode::entry(key, since, read, |change| match change {
        Change::Webhook { event, body } => {
            Some(PendingEntry::of_webhook(&event, &body, event_table))
        }
        Change::Item { after, .. } => PendingEntry::of_present(&after),
    })
}
