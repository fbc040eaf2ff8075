//! One look at one connector: read its health at Pluggy, write its row.

use shared::connection::retry_delay;
use shared::pluggy::Connector;
use shared::store::{self, Write};
use shared::telemetry::chain;

use crate::App;
use crate::budget::{Budget, after, asked_to_wait};
use crate::group::ConnectorSignals;
use crate::outcome::Outcome;
use crate::sync::is_newer;

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
    let reading = stored.and_then(|stored| stored.reading);
    if reading.is_some_and(|(_, read_at)| is_newer(read_at, signals.last_received_at)) {
        return Ok(Outcome::Skipped);
    }
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
            match app.connectors.put_reading(&connector, read_at).await? {
                Write::Done => Ok(Outcome::Stored),
                Write::Stale => Ok(Outcome::Stale),
            }
        }
        Ok(None) => {
            app.connectors.forget(id, read_at).await?;
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
