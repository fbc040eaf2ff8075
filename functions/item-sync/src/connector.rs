//! One look at one connector: read its health at Pluggy, write its row.

use jiff::SignedDuration;
use shared::connection::{MISSING_RECHECK, retry_delay};
use shared::pluggy::Connector;
use shared::store::{self, Write};
use shared::telemetry::chain;

use crate::App;
use crate::budget::{Budget, after, asked_to_wait};
use crate::group::ConnectorSignals;
use crate::outcome::Outcome;
use crate::sync::is_newer;

/// A connector is looked at this often also where no event comes: it may have been retired, or a
/// retired one may not have been,
const LOOK_AGAIN: SignedDuration = SignedDuration::from_hours(24);
/// which is asked for until Pluggy has deleted its last items: it keeps them for 30 days.
const REMEMBER_RETIRED: SignedDuration = SignedDuration::from_hours(60 * 24);

pub(crate) async fn sync(
    app: &App,
    signals: ConnectorSignals,
    budget: &mut Budget,
) -> Result<Outcome, store::Error> {
    let id = signals.id;
    let stored = match app.connectors.get(id).await {
        // The next answer takes the place of a row that cannot be read.
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
    let failures = stored.as_ref().map_or(0, |stored| stored.sync_failures);
    let last_read_at = stored.as_ref().and_then(|stored| stored.read_at);
    if last_read_at.is_some_and(|read_at| is_newer(read_at, signals.last_received_at)) {
        return Ok(Outcome::Skipped);
    }
    let missing_since = stored.and_then(|stored| stored.missing_since);
    let read_at = budget.now();
    if !budget.allows_a_call() {
        app.connectors
            .put_schedule(id, budget.put_back_at(), failures, read_at)
            .await?;
        return Ok(Outcome::PutBack);
    }
    match budget.ask(app.pluggy.connector(id, read_at)).await {
        Ok(Some(connector)) => {
            let connector = Connector { id, ..connector };
            let check_at = after(read_at, LOOK_AGAIN);
            match app
                .connectors
                .put_reading(&connector, check_at, read_at)
                .await?
            {
                Write::Done => Ok(Outcome::Stored),
                Write::Stale => Ok(Outcome::Stale),
            }
        }
        Ok(None) => {
            let missing_for = read_at.duration_since(missing_since.unwrap_or(read_at));
            let connectors = &app.connectors;
            match next_look(missing_for) {
                Some(delay) => {
                    let check_at = after(read_at, delay);
                    connectors.put_missing(id, check_at, read_at).await?
                }
                None => connectors.forget(id, read_at).await?,
            };
            Ok(Outcome::Unknown)
        }
        Err(error) => {
            tracing::warn!(
                error = chain(&error),
                connector.id = id,
                "connector not read"
            );
            let failures = failures.saturating_add(1);
            let delay = retry_delay(failures, rand::random()).max(asked_to_wait(&error));
            app.connectors
                .put_schedule(id, after(read_at, delay), failures, read_at)
                .await?;
            Ok(Outcome::BackedOff)
        }
    }
}

/// When to look again at a connector that has been missing for so long; `None` when it can be
/// forgotten.
fn next_look(missing_for: SignedDuration) -> Option<SignedDuration> {
    if missing_for < MISSING_RECHECK {
        Some(MISSING_RECHECK - missing_for)
    } else if missing_for < REMEMBER_RETIRED {
        Some(LOOK_AGAIN)
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

        assert_eq!(next_look(hours(0)), Some(hours(1)));
        assert_eq!(
            next_look(SignedDuration::from_mins(50)),
            Some(SignedDuration::from_mins(10))
        );
        assert_eq!(next_look(hours(1)), Some(hours(24)));
        assert_eq!(next_look(hours(60 * 24)), None);
    }
}
