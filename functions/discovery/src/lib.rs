//! Hourly discovery of items, for contracts with Pluggy that include the list of items. It requests a fetch,
//! by a row of `EventTable`, of each item that is unknown or has changed. An item appears even if all of its
//! webhooks were lost.
//!
//! One run may not reach the end of a long list. It reads the newest pages first, until a page has nothing
//! new. Then it continues where the previous run ended, so every item is covered in turn.

mod budget;
mod config;
mod news;

use std::collections::{BTreeSet, HashMap};

use client::chain;
use jiff::{SignedDuration, Timestamp};
use pluggy::{ItemCursor, ItemPage};
use runtime::metrics::{EmfRecord, Emitter, Metric};
use serde_json::json;
use store::{DiscoveryPlace, Events, Insertion, Items};
use tokio::time::Instant;

pub use budget::Limits;
pub use config::Config;

use budget::Budget;
use news::{fetch_request, is_news};

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
    /// The position at which the previous run ended.
    pub place: DiscoveryPlace,
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
}

/// The way in which a run ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// The limits of the run are reached. The next run continues.
    #[default]
    Paused,
    /// The list is complete. The next run starts from the top.
    Bottom,
    /// Pluggy did not respond. The next run continues.
    Unanswered,
    /// Pluggy rejects the cursor. The next run starts from the top.
    PlaceLost,
    /// Pluggy does not list items for this application.
    Refused,
}

impl End {
    /// Returns the name used in the log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Paused => "paused",
            Self::Bottom => "bottom",
            Self::Unanswered => "unanswered",
            Self::PlaceLost => "place-lost",
            Self::Refused => "refused",
        }
    }
}

/// Runs discovery up to its limits. It ends by `deadline`.
pub async fn handle(
    app: &App,
    now: Timestamp,
    deadline: Instant,
) -> Result<Discovered, store::Error> {
    let mut discovered = Discovered::default();
    let outcome = run(app, Budget::new(app.limits, now, deadline), &mut discovered).await;
    app.metrics.emit(line(discovered), now);
    outcome.map(|()| discovered)
}

fn line(discovered: Discovered) -> EmfRecord {
    let mut line = EmfRecord::new("items listed");
    line.metric(Metric::ItemsListed, discovered.listed);
    line.metric(Metric::ItemsFoundByDiscovery, discovered.found);
    line.metric(
        Metric::DiscoveryRefused,
        i64::from(discovered.end == End::Refused),
    );
    line.property("discovery.end", json!(discovered.end.as_str()));
    line
}

async fn run(
    app: &App,
    mut budget: Budget,
    discovered: &mut Discovered,
) -> Result<(), store::Error> {
    let stored = app.place.get(budget.now()).await?;
    let mut further_down = stored.clone();
    let mut next = None;
    discovered.end = loop {
        if !budget.take_page(discovered.found) {
            break End::Paused;
        }
        let page = match app.pluggy.items(next.as_ref(), budget.now()).await {
            Ok(page) => page,
            Err(error) => break end(&error, next.as_ref()),
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
    };
    let place = match discovered.end {
        End::Bottom | End::PlaceLost => None,
        // The run ended among the newest items, so the previous position is kept.
        End::Paused | End::Unanswered | End::Refused => further_down.or(next),
    };
    if place != stored {
        app.place.put(place.as_ref(), budget.now()).await?;
    }
    Ok(())
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

/// Returns the end of a run for an error. The run does not fail: the next one follows within an hour, and
/// errors that need a person are logged as errors.
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
            End::Unanswered
        }
        error => {
            tracing::warn!(error = chain(error), "items not listed");
            End::Unanswered
        }
    }
}
