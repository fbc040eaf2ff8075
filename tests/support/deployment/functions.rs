//! The functions of a deployment, each as in a new process.

use client::https;
use jiff::SignedDuration;

use super::{
    CLIENT_ID, CLIENT_SECRET, Deployment, LIMITS, PROFILES, WEBHOOK_SECRET_SHA256, WEBHOOK_URL,
    accepted, callers, trust,
};
use crate::secrets::secrets;
use crate::tables::EVENT_RETENTION;

impl Deployment {
    /// Returns the function behind `POST /connect-events`.
    pub fn connect_events(&self) -> connect_events::App {
        connect_events::App {
            events: self.tables.event_store(),
            limits: self.tables.limit_store(),
            callers: callers(),
            metrics: self.metrics.clone(),
        }
    }

    /// Returns the function behind `POST /connect-token`.
    pub fn connect_token(&self) -> connect_token::App {
        connect_token::App {
            pluggy: self.pluggy_client(),
            items: self.tables.item_store(),
            limits: self.tables.limit_store(),
            erasures: self.tables.erasure_store(),
            profiles: PROFILES.parse().unwrap(),
            callers: callers(),
            metrics: self.metrics.clone(),
        }
    }

    /// Returns the function behind `DELETE /items/{itemId}`.
    pub fn disconnect(&self) -> disconnect::App {
        disconnect::App {
            pluggy: self.pluggy_client(),
            items: self.tables.item_store(),
            events: self.tables.event_store(),
            limits: self.tables.limit_store(),
            event_retention: EVENT_RETENTION,
            callers: callers(),
            metrics: self.metrics.clone(),
        }
    }

    /// Returns the function behind the webhook URL, which accepts the given digests.
    pub fn webhook(&self, digests: &str) -> webhook::App {
        webhook::App {
            events: self.tables.event_store(),
            event_retention: EVENT_RETENTION,
            secrets: accepted(digests),
            client_id: CLIENT_ID.parse().unwrap(),
            metrics: self.metrics.clone(),
        }
    }

    /// Returns the function behind the stream.
    pub fn item_sync(&self) -> item_sync::App {
        item_sync::App {
            pluggy: self.pluggy_client(),
            items: self.tables.item_store(),
            connectors: self.tables.connector_store(),
            erasures: self.tables.erasure_store(),
            limits: self.tables.limit_store(),
            metrics: self.metrics.clone(),
        }
    }

    /// Returns the function behind `GET /items`.
    pub fn item_status(&self) -> item_status::App {
        item_status::App {
            items: self.tables.item_store(),
            connectors: self.tables.connector_store(),
            callers: callers(),
        }
    }

    /// Returns the function behind the minute's schedule.
    pub fn scheduler(&self) -> scheduler::App {
        scheduler::App {
            limits: self.tables.limit_store(),
            fetches_per_minute: 300,
            requests_at_a_time: scheduler::REQUESTS_AT_A_TIME,
            items: self.tables.item_store(),
            events: self.tables.event_store(),
            event_retention: EVENT_RETENTION,
            metrics: self.metrics.clone(),
        }
    }

    /// Returns the function behind the schedule of discovery.
    pub fn discovery(&self) -> discovery::App {
        discovery::App {
            pluggy: self.pluggy_client(),
            items: self.tables.item_store(),
            events: self.tables.event_store(),
            event_retention: EVENT_RETENTION,
            place: self.tables.discovery_place(),
            pace: self.tables.limit_store(),
            metrics: self.metrics.clone(),
            limits: discovery::Limits::default(),
        }
    }

    /// Returns the function that shows what is known.
    pub fn inspect(&self) -> inspect::App {
        inspect::App {
            items: self.tables.item_store(),
            connectors: self.tables.connector_store(),
            events: self.tables.event_store(),
        }
    }

    /// Returns the operator's function for replays, imports and exports.
    pub fn operator(&self) -> operator::App {
        operator::App {
            items: self.tables.item_store(),
            client_id: CLIENT_ID.parse().unwrap(),
            erasures: self.tables.erasure_store(),
            events: self.tables.event_store(),
            limits: self.tables.limit_store(),
            event_retention: EVENT_RETENTION,
        }
    }

    /// Returns the operator's function that erases a user, without a bus.
    pub fn erasure(&self) -> erasure::App {
        let days = |days: i64| SignedDuration::from_hours(24 * days);
        erasure::App {
            pluggy: self.pluggy_client(),
            client_id: CLIENT_ID.parse().unwrap(),
            items: self.tables.item_store(),
            events: self.tables.event_store(),
            limits: self.tables.limit_store(),
            erasures: self.tables.erasure_store(),
            bus: None,
            log_retention: erasure::LogRetention {
                functions: days(30),
                api: days(180),
            },
            writes_at_a_time: erasure::WRITES_AT_A_TIME,
        }
    }

    /// Returns the webhook-registration function for the URL of a deployed webhook.
    pub fn webhook_registration(&self) -> webhook_registration::App {
        self.webhook_registration_of(WEBHOOK_URL)
    }

    /// Returns the webhook-registration function for any URL.
    pub fn webhook_registration_of(&self, webhook_url: &str) -> webhook_registration::App {
        webhook_registration::App {
            pluggy: self.pluggy_client(),
            secrets: secrets(CLIENT_SECRET),
            https: https::Client::new(&trust(), LIMITS),
            webhook_url: webhook_url.parse().unwrap(),
            accepted: accepted(WEBHOOK_SECRET_SHA256),
            metrics: self.metrics.clone(),
        }
    }
}
