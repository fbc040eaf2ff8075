//! Changes that a test can make and that nobody can request from Pluggy.

use std::sync::Arc;

use uuid::Uuid;

use crate::app::App;
use crate::connection::Trigger;
use crate::connector::HealthStatus;
use crate::event::{Changed, Event};

/// Returns whether a path belongs to the sandbox itself, so that faults and request counts ignore it.
pub(crate) fn is_control(path: &str) -> bool {
    path.starts_with("/sandbox/") || path == "/health"
}

pub(crate) fn set_connector_health(app: &Arc<App>, id: u32, status: HealthStatus) -> bool {
    let is_known = {
        let now = app.clock.now();
        let mut database = app.database();
        database.connectors.get_mut(&id).map(|connector| {
            connector.health.status = status;
            connector.updated_at = now;
        })
    };
    if is_known.is_some() {
        app.publish(&Event::connector_status(id, status));
    }
    is_known.is_some()
}

pub(crate) fn authorize(app: &Arc<App>, item_id: Uuid, granted: bool) -> bool {
    let mut database = app.database();
    let Some(connection) = database.connections.get_mut(&item_id) else {
        return false;
    };
    let is_waiting = connection.waits_for_the_bank();
    if is_waiting {
        let run = connection.go_on("LOGIN_IN_PROGRESS", app.clock);
        let script = connection.login().script_after_authorization(granted);
        app.play(item_id, run, script);
    }
    is_waiting
}

pub(crate) fn sync(app: &Arc<App>, item_id: Uuid) -> bool {
    let mut database = app.database();
    let Some(connection) = database.connections.get_mut(&item_id) else {
        return false;
    };
    let is_idle = !connection.item.status.is_running();
    if is_idle {
        app.execute(connection, Trigger::Sync);
    }
    is_idle
}

/// Makes the bank settle an account's newest transactions and delete the oldest. Publishes no event if nothing changes.
pub(crate) fn change_transactions(
    app: &Arc<App>,
    account_id: Uuid,
    settled: usize,
    deleted: usize,
) -> bool {
    let mut database = app.database();
    let Some(connection) = database
        .connections
        .values_mut()
        .find(|connection| connection.ledger.book(account_id).is_some())
    else {
        return false;
    };
    let Some(book) = Arc::make_mut(&mut connection.ledger).book_mut(account_id) else {
        return false;
    };
    let deleted = book.forget(deleted);
    let settled = book.settle(settled, app.clock.now());

    let changed = |ids| Changed {
        client_id: app.settings.client_id,
        account_id,
        ids,
    };
    let mut events = Event::transactions_updated(&connection.item, changed(&settled));
    events.extend(Event::transactions_deleted(
        &connection.item,
        changed(&deleted),
    ));
    drop(database);
    for event in events {
        app.publish(&event);
    }
    true
}

/// Revokes the consent, as the user can at the bank.
pub(crate) fn revoke_consent(app: &App, item_id: Uuid) -> bool {
    let now = app.clock.now();
    let mut database = app.database();
    let consent = database
        .connections
        .get_mut(&item_id)
        .and_then(|connection| connection.consent.as_mut());
    consent.map(|consent| consent.revoke(now)).is_some()
}

pub(crate) fn post_event(app: &Arc<App>, body: Vec<u8>) {
    app.publish(&Event::parse(body));
}

pub(crate) fn resend(app: &Arc<App>, event_id: &str) -> bool {
    let event = app
        .database()
        .events
        .iter()
        .find(|event| event.id == event_id)
        .cloned();
    let is_known = event.is_some();
    if let Some(event) = event {
        app.publish(&event);
    }
    is_known
}
