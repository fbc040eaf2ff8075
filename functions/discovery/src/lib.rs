//! Discovery of items, for contracts with Pluggy that include the list of items. It requests a fetch,
//! by a row of `EventTable`, of each item that is unknown or has changed. An item appears even if all of its
//! webhooks were lost.
//!
//! One run may not reach the end of a long list. It reads the newest pages first, until a page has nothing
//! new. Then it continues where the previous run ended, so every item is covered in turn. The place is stored after
//! each page, so that a run that dies loses nothing.
//!
//! A run is due each hour, and a few minutes after a run that has more to do: see `due_after`.

mod budget;
mod config;
mod news;

use std::collections::{BTreeSet, HashMap};

use client::chain;
use jiff::{SignedDuration, Timestamp};
use pluggy::{ItemCursor, ItemPage};
use runtime::metrics::{EmfRecord, Emitter, Metric};
use serde_json::json;
use store::{DiscoveryPlace, DiscoveryProgress, Events, Insertion, Items};
use tokio::time::Instant;

pub use budget::Limits;
pub use config::Config;

use budget::Budget;
use news::{fetch_request, is_news};

/// When the next run is due after a run that has nothing left to do. The schedule invokes the function every five
/// minutes, and may be a little early.
const REST: SignedDuration = SignedDuration::from_secs(60 * 57 + 30);
/// When the next run is due after a run that has more to do or dies. No run lasts longer.
const CONTINUES_AFTER: SignedDuration = SignedDuration::from_secs(60 * 4 + 30);

/// Dependencies of the function, built once during init.
pub struct App {
    /// The Pluggy client.
    pub pluggy: client::Client,
    /// The item table, to see which items are known.
    pub items: Items,
    /// The event table, for fetch requests.
    pub events: Events,
    /// How long a stored event is kept.
    pub event_retention: SignedDuration,
    /// Where the previous run ended, and when the next one is due.
    pub place: DiscoveryPlace,
    /// The pace of the fleet's calls to Pluggy.
    pub pace: store::Limits,
    /// The emitter for the outcome of an invocation.
    pub metrics: Emitter,
    /// Limits of one run.
    pub limits: Limits,
}

/// Result of one run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Discovered {
    /// Number of items that Pluggy listed.
    pub listed: usize,
    /// Number of new fetch requests.
    pub found: usize,
    /// End of the run.
    pub end: End,
    /// Whether Pluggy has limited a call of this run.
    pub was_limited: bool,
}

/// The way in which a run ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// The table failed. The next run continues.
    #[default]
    Interrupted,
    /// The limits of the run are reached. The next run continues.
    Paused,
    /// The list is complete. The next run starts from the top.
    Bottom,
    /// Pluggy did not respond. The next run continues.
    Unanswered,
    /// Pluggy limits the rate of the fleet's calls. Webhooks and scheduled fetches come first, and a later run continues.
    CallsLimited,
    /// Pluggy refuses our calls, or its response cannot be read. A person must act.
    Failed,
    /// Pluggy rejects the cursor. The next run starts from the top.
    PlaceLost,
    /// Pluggy does not list items for this application.
    Refused,
}

impl End {
    /// Returns the name used in the log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Interrupted => "interrupted",
            Self::Paused => "paused",
            Self::Bottom => "bottom",
            Self::Unanswered => "unanswered",
            Self::CallsLimited => "calls-limited",
            Self::Failed => "failed",
            Self::PlaceLost => "place-lost",
            Self::Refused => "refused",
        }
    }
}

/// Runs discovery up to its limits. It ends by `deadline`. Returns `None` if no run is due, or if another one has
/// just begun.
pub async fn handle(
    app: &App,
    now: Timestamp,
    deadline: Instant,
) -> Result<Option<Discovered>, store::Error> {
    let progress = app.place.get(now).await?;
    if progress.due_at.is_some_and(|due_at| now < due_at) {
        return Ok(None);
    }
    let continues_at = now + CONTINUES_AFTER;
    if !app.place.begin(&progress, continues_at, now).await? {
        return Ok(None);
    }
    let mut discovered = Discovered::default();
    let budget = Budget::new(app.limits, now, deadline);
    let outcome = run(app, budget, progress.place, &mut discovered).await;
    app.metrics.emit(line(discovered), now);
    outcome.map(|()| Some(discovered))
}

fn line(discovered: Discovered) -> EmfRecord {
    let mut line = EmfRecord::new("items listed");
    line.metric(Metric::ItemsListed, discovered.listed);
    line.metric(Metric::ItemsFoundByDiscovery, discovered.found);
    line.metric(
        Metric::DiscoveryRefused,
        i64::from(discovered.end == End::Refused),
    );
    line.metric(Metric::CallsLimited, i64::from(discovered.was_limited));
    line.property("discovery.end", json!(discovered.end.as_str()));
    line
}

async fn run(
    app: &App,
    mut budget: Budget,
    stored: Option<ItemCursor>,
    discovered: &mut Discovered,
) -> Result<(), store::Error> {
    let began = budget.now();
    let mut reached = stored.clone();
    let mut further_down = stored;
    let mut next = None;
    discovered.end = loop {
        if !budget.take_page(discovered.found) {
            break End::Paused;
        }
        if are_calls_limited(app, budget.now()).await? {
            break End::CallsLimited;
        }
        let page = match app.pluggy.items(next.as_ref(), budget.now()).await {
            Ok(page) => page,
            Err(error) => {
                discovered.was_limited = pause_the_fleet(app, &error, budget.now()).await;
                break end(&error, next.as_ref());
            }
        };
        let found = request_fetches(app, &page, budget.now()).await?;
        discovered.listed += page.results.len();
        discovered.found += found;
        next = page.next;
        if next.is_none() {
            break End::Bottom;
        }
        // The newest items may use half of the fetch requests, so that items further down get the rest.
        if found == 0 || discovered.found >= app.limits.found / 2 {
            next = further_down.take().or(next);
        }
        // A run that ends among the newest items keeps the previous position.
        let place = further_down.as_ref().or(next.as_ref());
        if place != reached.as_ref() {
            reached = place.cloned();
            put(app, reached.clone(), began + CONTINUES_AFTER, budget.now()).await?;
        }
    };
    let place = match discovered.end {
        End::Bottom | End::PlaceLost => None,
        End::Interrupted
        | End::Paused
        | End::Unanswered
        | End::CallsLimited
        | End::Failed
        | End::Refused => further_down.or(next),
    };
    put(app, place, began + due_after(*discovered), budget.now()).await
}

async fn put(
    app: &App,
    place: Option<ItemCursor>,
    due_at: Timestamp,
    now: Timestamp,
) -> Result<(), store::Error> {
    let progress = DiscoveryProgress {
        place,
        due_at: Some(due_at),
    };
    app.place.put(&progress, now).await
}

/// Returns how long after the begin of this run the next one is due. A long list in which nothing is new is read slowly,
/// so that most calls are left to fetches. A run that found something and reached its limits probably has more to find.
fn due_after(discovered: Discovered) -> SignedDuration {
    match discovered.end {
        End::Paused if discovered.found == 0 => REST,
        End::Bottom | End::Failed | End::Refused => REST,
        End::Interrupted | End::Paused | End::Unanswered | End::CallsLimited | End::PlaceLost => {
            CONTINUES_AFTER
        }
    }
}

/// Returns whether the fleet's calls are paused or counted, because Pluggy has limited them.
async fn are_calls_limited(app: &App, now: Timestamp) -> Result<bool, store::Error> {
    let pace = app.pace.pace().await?;
    Ok(pace.is_some_and(|pace| pace.calls_a_minute(now).is_some()))
}

/// Stores for the whole fleet that Pluggy has limited our calls. Without it the other functions notice it themselves.
/// Returns whether Pluggy has limited them.
async fn pause_the_fleet(app: &App, error: &client::Error, now: Timestamp) -> bool {
    let wait = error.retry_after().map(SignedDuration::try_from);
    let Some(Ok(wait)) = wait else { return false };
    let until = now.saturating_add(wait).unwrap_or(now);
    if let Err(error) = app.pace.pause_calls(until).await {
        tracing::warn!(error = chain(&error), "pause of the calls not stored");
    }
    true
}

/// Requests a fetch of each item on the page that is new or changed. Returns the number of new requests.
async fn request_fetches(
    app: &App,
    page: &ItemPage,
    now: Timestamp,
) -> Result<usize, store::Error> {
    let ids: BTreeSet<_> = page.results.iter().map(|item| item.id).collect();
    let rows = app.items.get_many(&ids).await?;
    let known: HashMap<_, _> = rows.into_iter().map(|row| (row.item_id, row)).collect();
    let mut found = 0;
    for item in &page.results {
        if is_news(item, known.get(&item.id)) {
            let insertion = app
                .events
                .insert(&fetch_request(item, now), app.event_retention)
                .await?;
            found += usize::from(insertion == Insertion::Inserted);
        }
    }
    Ok(found)
}

/// Returns the end of a run for an error. The run does not fail: another one follows, and errors that need a person are
/// logged as errors.
fn end(error: &client::Error, place: Option<&ItemCursor>) -> End {
    match error {
        client::Error::KeyRefused | client::Error::Rejected { status: 403, .. } => {
            tracing::error!(
                error = chain(error),
                "pluggy does not list the items: it is not part of every contract; have it added, or deploy with DiscoverItems=false"
            );
            End::Refused
        }
        client::Error::Rejected { .. } if place.is_some() => {
            tracing::warn!(error = chain(error), "place in the list of items lost");
            End::PlaceLost
        }
        error if error.needs_a_person() => {
            tracing::error!(error = chain(error), "items not listed");
            End::Failed
        }
        error @ client::Error::RateLimited { .. } => {
            tracing::warn!(error = chain(error), "items not listed");
            End::CallsLimited
        }
        error => {
            tracing::warn!(error = chain(error), "items not listed");
            End::Unanswered
        }
    }
}
