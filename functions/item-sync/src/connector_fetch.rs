//! Fetch of one connector: its health from Pluggy, and the write of its row.

use client::chain;
use connection::{CONNECTOR_FETCH_INTERVAL, MISSING_CONFIRMATION_DELAY, retry_delay};
use jiff::SignedDuration;
use pluggy::Connector;
use store::Write;

use crate::App;
use crate::budget::{Budget, after, asked_to_wait};
use crate::group::ConnectorSignals;
use crate::outcome::Outcome;
use crate::up_to_date::is_newer;

/// A retired connector is fetched until Pluggy has deleted its last items, which it keeps for 30 days.
const REMEMBER_RETIRED: SignedDuration = SignedDuration::from_hours(60 * 24);

pub(crate) async fn fetch(
    app: &App,
    signals: ConnectorSignals,
    budget: &mut Budget,
) -> Result<Outcome, store::Error> {
    let id = signals.id;
    let stored = match app.connectors.get(id).await {
        // The next response replaces a row that cannot be read.
        Err(error @ store::Error::Corrupt { .. }) => {
            tracing::error!(
                error = chain(&error),
                connector.id = id,
                "connector's row ignored"
            );
            None
        }
        stored => stored?,
    };
    let failures = stored.as_ref().map_or(0, |stored| stored.fetch_failures);
    let last_fetched_at = stored.as_ref().and_then(|stored| stored.fetched_at);
    if last_fetched_at.is_some_and(|fetched_at| is_newer(fetched_at, signals.last_received_at)) {
        return Ok(Outcome::Skipped);
    }
    let missing_since = stored.and_then(|stored| stored.missing_since);
    let fetched_at = budget.now();
    if !budget.allows_a_call() {
        app.connectors
            .put_schedule(id, budget.deferred_until(), failures, fetched_at)
            .await?;
        return Ok(Outcome::Deferred);
    }
    match budget.ask(app.pluggy.connector(id, fetched_at)).await {
        Ok(Some(connector)) => {
            let connector = Connector { id, ..connector };
            let next_fetch_at = after(fetched_at, CONNECTOR_FETCH_INTERVAL);
            match app
                .connectors
                .put_snapshot(&connector, next_fetch_at, fetched_at)
                .await?
            {
                Write::Done => Ok(Outcome::Stored),
                Write::Stale => Ok(Outcome::Stale),
            }
        }
        Ok(None) => {
            let missing_for = fetched_at.duration_since(missing_since.unwrap_or(fetched_at));
            let connectors = &app.connectors;
            match next_fetch_delay(missing_for) {
                Some(delay) => {
                    let next_fetch_at = after(fetched_at, delay);
                    connectors
                        .put_missing(id, next_fetch_at, fetched_at)
                        .await?
                }
                None => connectors.forget(id, fetched_at).await?,
            };
            Ok(Outcome::Unknown)
        }
        Err(error) => {
            tracing::warn!(
                error = chain(&error),
                connector.id = id,
                "connector not fetched"
            );
            let failures = failures.saturating_add(1);
            let delay = retry_delay(failures, rand::random()).max(asked_to_wait(&error));
            app.connectors
                .put_schedule(id, after(fetched_at, delay), failures, fetched_at)
                .await?;
            Ok(Outcome::BackedOff)
        }
    }
}

/// Returns the delay of the next fetch for a connector that has been missing for this long, or `None` when
/// its row can be removed.
fn next_fetch_delay(missing_for: SignedDuration) -> Option<SignedDuration> {
    if missing_for < MISSING_CONFIRMATION_DELAY {
        Some(MISSING_CONFIRMATION_DELAY - missing_for)
    } else if missing_for < REMEMBER_RETIRED {
        Some(CONNECTOR_FETCH_INTERVAL)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_connector_is_asked_for_after_an_hour_and_then_daily_until_nobody_has_it() {
        let hours = SignedDuration::from_hours;

        assert_eq!(next_fetch_delay(hours(0)), Some(hours(1)));
        assert_eq!(
            next_fetch_delay(SignedDuration::from_mins(50)),
            Some(SignedDuration::from_mins(10))
        );
        assert_eq!(next_fetch_delay(hours(1)), Some(hours(24)));
        assert_eq!(next_fetch_delay(hours(60 * 24)), None);
    }
}
