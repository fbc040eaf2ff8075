//! Publishing again, from the rows: a stream forgets after a day, and its queue holds positions only.

use jiff::Timestamp;
use serde::Serialize;
use shared::store;
use tokio::time::Instant;

use crate::command::{Command, Cursor, Refusal};
use crate::delivery::deliver;
use crate::post::Post;
use crate::{App, Error};

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "result", rename_all = "lowercase")]
pub enum Report {
    /// Some of it is published, or all.
    Republished(Republished),
    /// The command cannot be understood.
    Refused(Refusal),
}

/// How far publishing has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Republished {
    /// Events that the bus took.
    pub published: usize,
    /// Events that it refuses for good; they are in the queue again.
    pub parked: usize,
    /// Rows that were looked at.
    pub scanned: usize,
    /// Where the next command goes on; none if all is done.
    pub cursor: Option<String>,
}

/// Some rows, and where the next ones are.
struct Page {
    posts: Vec<Post>,
    scanned: usize,
    next: Option<Cursor>,
}

/// Publishes page after page until `deadline`. A page that is not taken whole is published again by
/// the next command; if it is the first one, that is an error.
pub(crate) async fn republish(
    app: &App,
    command: Command,
    now: Timestamp,
    deadline: Instant,
) -> Result<Republished, Error> {
    let mut done = Republished::default();
    let mut next = Some(command.cursor);
    while let Some(cursor) = next.take() {
        done.cursor = Some(cursor.to_text());
        let page = page(app, command.since, cursor, now).await?;
        let delivered = deliver(app, page.posts, deadline).await;
        if !delivered.left.is_empty() {
            let is_first = done.scanned == 0;
            return if is_first {
                Err(Error::NotTaken)
            } else {
                Ok(done)
            };
        }
        done.published += delivered.published;
        done.parked += delivered.parked;
        done.scanned += page.scanned;
        done.cursor = page.next.as_ref().map(Cursor::to_text);
        if Instant::now() >= deadline {
            break;
        }
        next = page.next;
    }
    Ok(done)
}

async fn page(
    app: &App,
    since: Timestamp,
    cursor: Cursor,
    now: Timestamp,
) -> Result<Page, store::Error> {
    match cursor {
        Cursor::Webhooks(after) => {
            let found = app.log.received_since(since, now, after.as_ref()).await?;
            let mut webhooks = found.webhooks;
            webhooks.sort_by_key(|webhook| webhook.received_at);
            Ok(Page {
                posts: webhooks
                    .iter()
                    .map(|webhook| Post::of_webhook(webhook, &app.event_table))
                    .collect(),
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
                posts: found.items.iter().filter_map(Post::of_present).collect(),
                scanned: found.scanned,
                next: found.next.map(|next| Cursor::Items(Some(next))),
            })
        }
    }
}
