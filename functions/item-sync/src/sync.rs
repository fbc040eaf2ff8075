//! Whether an item is read at Pluggy, and when not.

use jiff::{SignedDuration, Timestamp};
use shared::connection::{Availability, Phase, assess};
use shared::pluggy::{ConnectorId, Item};
use shared::store::{self, StoredItem};

use crate::App;
use crate::budget::Budget;
use crate::group::Signals;
use crate::look::Look;
use crate::outcome::Outcome;
use crate::owner::{are_strangers_hints, named};
use crate::tally::Tally;

/// Clocks of different functions differ; an event that is older than the last read by more than
/// this needs no new one.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_secs(2);

pub(crate) async fn sync(
    app: &App,
    signals: &Signals,
    budget: &mut Budget,
    tally: &mut Tally,
) -> Result<Outcome, store::Error> {
    let stored = app.items.get(signals.item_id).await?;
    if are_strangers_hints(stored.as_ref(), None, signals) {
        return Ok(Outcome::HintDropped);
    }
    if is_up_to_date(stored.as_ref(), signals) {
        return Ok(Outcome::Skipped);
    }
    let mut look = Look {
        items: &app.items,
        stored,
        signals,
        read_at: budget.now(),
        tally,
    };
    if look.is_a_guess() && !budget.allows_a_guess() {
        return Ok(Outcome::HintDropped);
    }
    if !budget.allows_a_call() {
        return look.put_back(budget.put_back_at()).await;
    }
    let call = app.pluggy.item(signals.item_id, look.read_at);
    match Box::pin(budget.ask(call)).await {
        Ok(Some(item)) => {
            let read_at = look.read_at;
            let in_trouble = connector_in_trouble(&item, read_at);
            let outcome = Box::pin(look.store(item)).await?;
            if let Some(id) = in_trouble.filter(|_| outcome == Outcome::Stored) {
                app.connectors.watch(id, read_at).await?;
            }
            Ok(outcome)
        }
        Ok(None) => look.store_missing().await,
        Err(error) => look.back_off(&error).await,
    }
}

/// The connector of an item that does not work: the reason may be that it is offline or retired.
fn connector_in_trouble(item: &Item, now: Timestamp) -> Option<ConnectorId> {
    let connector = item.connector.as_ref()?;
    let phase = assess(item, Availability::Available, now).phase();
    matches!(phase, Phase::Retrying | Phase::Reconnect).then_some(connector.id)
}

/// Whether the row was read after the events came, and they bring no owner that it lacks.
fn is_up_to_date(stored: Option<&StoredItem>, signals: &Signals) -> bool {
    stored.is_some_and(|stored| {
        let is_read = stored
            .reading
            .as_ref()
            .is_some_and(|reading| is_newer(reading.read_at, signals.last_received_at));
        is_read && (stored.owner.is_some() || named(None, signals).is_none())
    })
}

/// Whether a read was made after an event came, whatever the clocks differ.
pub(crate) fn is_newer(read_at: Timestamp, received_at: Timestamp) -> bool {
    read_at.duration_since(received_at) > CLOCK_TOLERANCE
}
