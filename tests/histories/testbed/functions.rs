//! The functions of a history, each with the tables and the fake Pluggy that it calls.

use client::https::Trust;
use client::{ApiKeys, Client};
use jiff::SignedDuration;
use runtime::metrics::Emitter;
use tests::Tables;
use tests::deployment::{CLIENT_ID, CLIENT_SECRET, PROFILES, WEBHOOK_SECRET_SHA256, callers};
use tests::secrets::secrets;

/// The functions behind our API. Nothing stops them at an await point.
pub(crate) struct Api {
    pub(crate) item_status: item_status::App,
    pub(crate) connect_token: connect_token::App,
    pub(crate) disconnect: disconnect::App,
}

fn pluggy_client(tables: &Tables, url: &str) -> Client {
    let api = client::Api::new(&Trust::compiled_in().unwrap(), url.parse().unwrap());
    let keys = ApiKeys::new(
        api.clone(),
        CLIENT_ID.parse().unwrap(),
        secrets(CLIENT_SECRET),
        tables.credential_store(),
    );
    Client::new(api, keys)
}

/// Returns the functions of a deployment that uses these tables and the fake Pluggy at `url`.
pub(super) fn api(tables: &Tables, url: &str) -> Api {
    Api {
        item_status: item_status::App {
            items: tables.item_store(),
            connectors: tables.connector_store(),
            callers: callers(),
        },
        connect_token: connect_token::App {
            pluggy: pluggy_client(tables, url),
            items: tables.item_store(),
            limits: tables.limit_store(),
            erasures: tables.erasure_store(),
            profiles: PROFILES.parse().unwrap(),
            callers: callers(),
            metrics: Emitter::in_memory(),
        },
        disconnect: disconnect::App {
            pluggy: pluggy_client(tables, url),
            items: tables.item_store(),
            events: tables.event_store(),
            event_retention: tests::tables::EVENT_RETENTION,
            limits: tables.limit_store(),
            callers: callers(),
            metrics: Emitter::in_memory(),
        },
    }
}

pub(super) fn item_sync(tables: &Tables, url: &str) -> item_sync::App {
    item_sync::App {
        pluggy: pluggy_client(tables, url),
        items: tables.item_store(),
        connectors: tables.connector_store(),
        erasures: tables.erasure_store(),
        limits: tables.limit_store(),
        metrics: Emitter::in_memory(),
    }
}

pub(super) fn erasure(tables: &Tables, url: &str) -> erasure::App {
    let day = SignedDuration::from_hours(24);
    erasure::App {
        client_id: CLIENT_ID.parse().unwrap(),
        pluggy: pluggy_client(tables, url),
        items: tables.item_store(),
        events: tables.event_store(),
        limits: tables.limit_store(),
        erasures: tables.erasure_store(),
        bus: None,
        log_retention: erasure::LogRetention {
            functions: day,
            api: day,
        },
        writes_at_a_time: 1,
    }
}

pub(super) fn webhook(tables: &Tables) -> webhook::App {
    let header = "x-webhook-secret".parse().unwrap();
    webhook::App {
        events: tables.event_store(),
        event_retention: tests::tables::EVENT_RETENTION,
        secrets: webhook::AcceptedSecrets::parse(header, WEBHOOK_SECRET_SHA256).unwrap(),
        client_id: CLIENT_ID.parse().unwrap(),
        metrics: Emitter::in_memory(),
    }
}

pub(super) fn scheduler(tables: &Tables) -> scheduler::App {
    scheduler::App {
        limits: tables.limit_store(),
        fetches_per_minute: 300,
        requests_at_a_time: 1,
        items: tables.item_store(),
        events: tables.event_store(),
        event_retention: tests::tables::EVENT_RETENTION,
        metrics: Emitter::in_memory(),
    }
}

pub(super) fn operator(tables: &Tables) -> operator::App {
    operator::App {
        items: tables.item_store(),
        client_id: CLIENT_ID.parse().unwrap(),
        erasures: tables.erasure_store(),
        events: tables.event_store(),
        limits: tables.limit_store(),
        event_retention: tests::tables::EVENT_RETENTION,
    }
}
