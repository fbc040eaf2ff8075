//! Decision whether to fetch an item from Pluggy.

use connection::{Availability, Phase, assess};
use jiff::Timestamp;
use pluggy::{ConnectorId, Item};

use crate::App;
use crate::batch_report::BatchReport;
use crate::budget::Budget;
use crate::group::Signals;
use crate::hints::are_hints_of_non_owners;
use crate::item_fetch::ItemFetch;
use crate::outcome::Outcome;
use crate::owner::report_conflict;
use crate::unknown_item::is_unknown_item;
use crate::up_to_date::is_up_to_date;

pub(crate) async fn fetch(
    app: &App,
    signals: &Signals,
    budget: &mut Budget,
    report: &mut BatchReport,
) -> Result<Outcome, store::Error> {
    let stored = app.items.get(signals.item_id).await?;
    if are_hints_of_non_owners(stored.as_ref(), None, signals) {
        return Ok(Outcome::HintDropped);
    }
    if is_up_to_date(stored.as_ref(), signals) {
        report_conflict(stored.as_ref(), None, signals, report);
        return Ok(Outcome::Skipped);
    }
    let now = budget.now();
    let mut fetch = ItemFetch {
        items: &app.items,
        stored,
        signals,
        fetched_at: now,
        written_at: now,
        report,
    };
    if is_unknown_item(fetch.stored.as_ref(), signals) && !budget.unknown_items.allow_one_more() {
        return Ok(Outcome::HintDropped);
    }
    if !budget.allows_a_call() {
        report_conflict(fetch.stored.as_ref(), None, signals, fetch.report);
        return fetch.defer(budget.deferred_until()).await;
    }
    let call = app.pluggy.item(signals.item_id, fetch.fetched_at);
    let response = Box::pin(budget.ask(call)).await;
    fetch.written_at = budget.now();
    let item = response.as_ref().ok().and_then(|item| item.as_deref());
    report_conflict(fetch.stored.as_ref(), item, signals, fetch.report);
    match response {
        Ok(Some(item)) => {
            let fetched_at = fetch.fetched_at;
            let in_trouble = connector_in_trouble(&item, fetched_at);
            let outcome = Box::pin(fetch.store(item)).await?;
            if let Some(id) = in_trouble.filter(|_| outcome == Outcome::Stored) {
                app.connectors.watch(id, fetched_at).await?;
            }
            Ok(outcome)
        }
        Ok(None) => fetch.store_missing().await,
        Err(error) => fetch.back_off(&error).await,
    }
}

/// Returns the connector of an item that fails. The cause may be an offline or retired connector.
fn connector_in_trouble(item: &Item, now: Timestamp) -> Option<ConnectorId> {
    let connector = item.connector.as_ref()?;
    let phase = assess(item, Availability::Available, now).phase();
    matches!(phase, Phase::Retrying | Phase::Reconnect).then_some(connector.id)
}
