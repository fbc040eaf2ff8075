//! Runs every hour where the contract with Pluggy has the list of items: asks for a check, through
//! the one door, of each item that we do not know as it is. So an item appears whose every webhook
//! was lost.
//!
//! One run may not reach the end of a long list. It looks at the newest items first, until it meets a
//! page that tells nothing new, and then goes on where the run before ended, so that every item has
//! its turn.

mod budget;
mod config;
mod news;

use std::collections::{BTreeSet, HashMap};

use client::chain;
use jiff::Timestamp;
use pluggy::{ItemCursor, ItemPage};
use runtime::metrics::{EmfRecord, Emitter, Metric};
use serde_json::json;
use store::{DiscoveryPlace, Events, Insertion, Items};
use tokio::time::Instant;

pub use budget::Limits;
pub use config::Config;

use budget::Budget;
use news::{check, is_news};

/// What the function works with, built once during init.
pub struct App {
    /// Pluggy.
    pub pluggy: client::Client,
    /// The items, to see which are known.
    pub items: Items,
    /// The events, where checks are asked for.
    pub events: Events,
    /// Where the run before ended.
    pub place: DiscoveryPlace,
    /// Where the outcome of an invocation is told.
    pub metrics: Emitter,
    /// How much one run may do.
    pub limits: Limits,
}

/// What one run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Discovered {
    /// How many items Pluggy listed.
    pub listed: usize,
    /// For how many of them a check is new.
    pub found: usize,
    /// How it ended.
    pub end: End,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// The run's share is done; the next one goes on.
    #[default]
    Paused,
    /// There is no more; the next one begins anew.
    Bottom,
    /// Pluggy gave no answer; the next one goes on.
    Unanswered,
    /// Pluggy refuses the place to go on from; the next one begins anew.
    PlaceLost,
    /// Pluggy does not list items for this application.
    Refused,
}

impl End {
    /// Name in the log.
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

/// Does a run's share, which must end by `deadline`.
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
        let found = ask_for_checks(app, &page, budget.now()).await?;
        discovered.listed += page.results.len();
        discovered.found += found;
        next = page.next;
        if next.is_none() {
            break End::Bottom;
        }
        // The newest items may take half of the checks while others wait further down.
        if found == 0 || discovered.found >= app.limits.found / 2 {
            next = further_down.take().or(next);
        }
    };
    let place = match discovered.end {
        End::Bottom | End::PlaceLost => None,
        // Still among the newest: what was to come is still to come.
        End::Paused | End::Unanswered | End::Refused => further_down.or(next),
    };
    if place != stored {
        app.place.put(place.as_ref(), budget.now()).await?;
    }
    Ok(())
}

/// Asks for a check of each item on a page that is news; gives how many checks are new.
async fn ask_for_checks(app: &App, page: &ItemPage, now: Timestamp) -> Result<usize, store::Error> {
    let ids: BTreeSet<_> = page.results.iter().map(|item| item.id).collect();
    let rows = app.items.get_many(&ids).await?;
    let known: HashMap<_, _> = rows.into_iter().map(|row| (row.item_id, row)).collect();
    let mut found = 0;
    for item in &page.results {
        if is_news(item, known.get(&item.id)) {
            let insertion = app.events.insert(&check(item, now)).await?;
            found += usize::from(insertion == Insertion::Inserted);
        }
    }
    Ok(found)
}

/// What an error means for the run. It does not fail: the next one is only an hour away, and what a
/// person must do is an error in the log.
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
