//! Failed items and connectors: our code cannot handle the row or the response. Retries at once would fail
//! too, so the target waits for a person and does not block others.

use jiff::Timestamp;

use client::chain;
use connection::FAILED_RETRY_DELAY;

use crate::App;
use crate::budget::after;
use crate::group::{ConnectorSignals, Signals};
use crate::outcome::Outcome;
use crate::owner::named;

/// Marks an item as failed and keeps the signals of its events that will not be repeated.
pub(crate) async fn item(
    app: &App,
    signals: &Signals,
    error: &dyn std::error::Error,
    now: Timestamp,
) -> Result<Outcome, store::Error> {
    let (id, since) = (signals.item_id, signals.first_received_at);
    tracing::error!(error = chain(error), item.id = %id, "item failed");
    if signals.are_hints_alone() {
        // The owner of the row is unknown, so hints change nothing.
        return Ok(Outcome::Failed);
    }
    app.items
        .schedule_failed(
            id,
            since,
            after(now, FAILED_RETRY_DELAY),
            signals.pending_signal(),
        )
        .await?;
    if let Some(owner) = named(None, signals) {
        app.items.claim(id, &owner, since).await?;
    }
    Ok(Outcome::Failed)
}

/// Marks a connector as failed.
pub(crate) async fn connector(
    app: &App,
    signals: ConnectorSignals,
    error: &dyn std::error::Error,
    now: Timestamp,
) -> Result<Outcome, store::Error> {
    let id = signals.id;
    tracing::error!(error = chain(error), connector.id = id, "connector failed");
    app.connectors
        .put_schedule(id, after(now, FAILED_RETRY_DELAY), 1, now)
        .await?;
    Ok(Outcome::Failed)
}
