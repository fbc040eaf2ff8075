//! What our code cannot handle, be it a row or an answer, would fail each time: it waits for a
//! person without holding up the others.

use jiff::{SignedDuration, Timestamp};

use client::chain;

use crate::App;
use crate::budget::after;
use crate::group::{ConnectorSignals, Signals};
use crate::outcome::Outcome;

/// It is tried again for the case that somebody has mended it.
const DELAY: SignedDuration = SignedDuration::from_hours(1);

/// Parks an item, and keeps what its events say that will not be said again.
pub(crate) async fn item(
    app: &App,
    signals: &Signals,
    error: &dyn std::error::Error,
    now: Timestamp,
) -> Result<Outcome, store::Error> {
    let (id, since) = (signals.item_id, signals.first_received_at);
    tracing::error!(error = chain(error), item.id = %id, "item parked");
    if signals.are_hints_alone() {
        // Whoever asked, whose row this is cannot be told.
        return Ok(Outcome::Parked);
    }
    app.items
        .schedule_failed(id, since, after(now, DELAY), signals.pending_signal())
        .await?;
    if let Some(owner) = &signals.client_user_id {
        app.items.claim(id, owner, since).await?;
    }
    Ok(Outcome::Parked)
}

/// Parks a connector.
pub(crate) async fn connector(
    app: &App,
    signals: ConnectorSignals,
    error: &dyn std::error::Error,
    now: Timestamp,
) -> Result<Outcome, store::Error> {
    let id = signals.id;
    tracing::error!(error = chain(error), connector.id = id, "connector parked");
    app.connectors
        .put_schedule(id, after(now, DELAY), 1, now)
        .await?;
    Ok(Outcome::Parked)
}
