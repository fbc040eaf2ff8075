//! The steps for one item or connector: gate, fetch, decision, application.

use client::chain;
use store::{Error, StoredItem};

use crate::App;
use crate::apply::{apply, apply_connector};
use crate::batch_report::Counts;
use crate::budget::Budget;
use crate::connector::{decide_connector, is_up_to_date};
use crate::decide::{Times, decide};
use crate::erased::without_erased_users;
use crate::failed::failed_item;
use crate::gate::gate;
use crate::group::{ConnectorSignals, Signals};
use crate::hints::is_unknown_item;
use crate::outcome::Outcome;

pub(crate) async fn fetch_item(
    app: &App,
    signals: &Signals,
    row: Option<Result<StoredItem, Error>>,
    budget: &Budget,
    counts: &mut Counts,
) -> Result<Outcome, Error> {
    let id = signals.item_id;
    let stored = match row.transpose() {
        Ok(stored) => stored,
        Err(error) => {
            let decision = failed_item(signals, &error, budget.now());
            let decision = without_erased_users(app, None, decision, budget).await?;
            return apply(app, id, decision, counts).await;
        }
    };
    let stored = stored.as_ref();
    if let Some(decision) = gate(stored, signals) {
        return apply(app, id, decision, counts).await;
    }
    if is_unknown_item(stored, signals) && !budget.unknown_items.allow_one_more() {
        return Ok(Outcome::HintDropped);
    }
    let fetched_at = budget.now();
    // A slow Pluggy must not starve an item.
    let was_cut = stored.is_some_and(|stored| stored.schedule.cut_fetches > 0);
    let call = app.pluggy.item(id, fetched_at);
    let response = Box::pin(budget.call(id.as_number(), was_cut, call)).await;
    let times = Times {
        fetched_at,
        written_at: budget.now(),
    };
    let decision = decide(stored, signals, response, times);
    let _turn = budget.writes.acquire().await;
    let decision = without_erased_users(app, stored, decision, budget).await?;
    apply(app, id, decision, counts).await
}

pub(crate) async fn fetch_connector(
    app: &App,
    signals: ConnectorSignals,
    budget: &Budget,
) -> Result<Outcome, Error> {
    let id = signals.id;
    let stored = match app.connectors.get(id).await {
        // The next response replaces a row that cannot be read.
        Err(error @ Error::Corrupt { .. }) => {
            tracing::error!(
                error = chain(&error),
                connector.id = id,
                "connector's row ignored"
            );
            None
        }
        stored => stored?,
    };
    if is_up_to_date(stored.as_ref(), signals) {
        return Ok(Outcome::Skipped);
    }
    let fetched_at = budget.now();
    let target = u128::from(id.unsigned_abs());
    let call = app.pluggy.connector(id, fetched_at);
    let response = budget.call(target, true, call).await;
    let decision = decide_connector(stored.as_ref(), signals, response, fetched_at);
    let _turn = budget.writes.acquire().await;
    apply_connector(app, id, decision, fetched_at).await
}
