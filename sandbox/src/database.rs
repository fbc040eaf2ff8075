use std::collections::{BTreeMap, HashMap};

use axum::http::{Method, StatusCode};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::catalog;
use crate::clock::{Clock, Moment};
use crate::connection::Connection;
use crate::connector::{Connector, Parameters};
use crate::delivery::Delivery;
use crate::event::Event;
use crate::fault::Fault;
use crate::item_options::ItemOptions;
use crate::rate_limit::Budgets;
use crate::step::State;
use crate::webhook::Webhook;

/// All data of the sandbox. It exists only in memory.
#[derive(Debug, Default)]
pub(crate) struct Database {
    pub(crate) connectors: BTreeMap<u32, Connector>,
    pub(crate) connections: HashMap<Uuid, Connection>,
    pub(crate) webhooks: BTreeMap<Uuid, Webhook>,
    /// The options of each connect token.
    pub(crate) token_options: HashMap<Uuid, ItemOptions>,
    /// The client secret, if it was replaced after the start.
    pub(crate) client_secret: Option<SecretString>,
    /// The number of the current key epoch. API keys of an earlier epoch are expired.
    pub(crate) key_epoch: u64,
    pub(crate) switches: Switches,
    /// The values that the widget writes into its login form, by the name of the credential.
    pub(crate) prefill: Parameters,
    pub(crate) faults: Vec<Fault>,
    pub(crate) budgets: Budgets,
    pub(crate) requests: Vec<RequestRecord>,
    pub(crate) deliveries: Vec<Delivery>,
    pub(crate) events: Vec<Event>,
}

/// Persistent deviations from Pluggy's usual behavior. All are off by default.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each switch is turned on its own"
)]
pub struct Switches {
    /// Whether `POST /auth` refuses the right secret too.
    pub reject_secrets: bool,
    /// Whether items omit `clientUserId`.
    pub omit_client_user_id: bool,
    /// Whether deliveries are lost without Pluggy's noticing.
    pub lose_deliveries: bool,
    /// Whether `GET /v2/items` is part of the contract.
    pub list_items: bool,
    /// Whether `GET /webhooks` returns one webhook on each page.
    pub one_webhook_a_page: bool,
    /// Whether `POST /webhooks` answers 200, which Pluggy's Node client expects, instead of the documented 201.
    pub webhook_created_with_ok: bool,
    /// `GET /items/{id}` calls that one address may make in a minute. Pluggy publishes no limit.
    pub item_requests_per_minute: Option<u32>,
}

/// One request, recorded when it arrives.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RequestRecord {
    /// The method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// When it arrived.
    pub at: Moment,
    /// Whether a page in a browser sent it, such as the widget.
    pub from_browser: bool,
    /// The status of the response; `None` if there is no response yet, or none at all.
    pub status: Option<u16>,
}

impl Database {
    pub(crate) fn new() -> Self {
        Self {
            connectors: catalog::connectors(),
            ..Self::default()
        }
    }

    /// Moves an item to its next state, unless a newer script is running or the item is deleted.
    pub(crate) fn enter(
        &mut self,
        item_id: Uuid,
        run: u64,
        state: &State,
        clock: Clock,
    ) -> Option<Vec<Event>> {
        let connection = self.connections.get_mut(&item_id)?;
        (connection.run == run).then(|| connection.enter(state, clock))
    }

    /// Records a request and returns its number.
    pub(crate) fn note_request(
        &mut self,
        method: &Method,
        path: &str,
        from_browser: bool,
        at: Moment,
    ) -> usize {
        self.requests.push(RequestRecord {
            method: method.to_string(),
            path: path.to_owned(),
            at,
            from_browser,
            status: None,
        });
        self.requests.len() - 1
    }

    /// Records the response to a request.
    pub(crate) fn note_answer(&mut self, number: usize, status: Option<StatusCode>) {
        if let Some(request) = self.requests.get_mut(number) {
            request.status = status.map(|status| status.as_u16());
        }
    }

    /// Records a successful delivery.
    pub(crate) fn delivered(&mut self, webhook_id: Option<Uuid>) {
        if let Some(webhook) = webhook_id.and_then(|id| self.webhooks.get_mut(&id)) {
            webhook.failures = 0;
        }
    }

    /// Records a failed delivery. Too many in a row disable the webhook.
    pub(crate) fn given_up(&mut self, webhook_id: Uuid, threshold: u32, now: Moment) {
        if let Some(webhook) = self.webhooks.get_mut(&webhook_id) {
            webhook.failures += 1;
            if webhook.failures >= threshold {
                webhook.disabled_at = Some(now);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::Trigger;
    use crate::item::Item;

    #[test]
    fn a_script_that_was_overtaken_changes_nothing() {
        let clock = Clock::new(1);
        let mut database = Database::new();
        let item = Item::new(
            database.connectors[&2].clone(),
            ItemOptions::default(),
            clock.now(),
        );
        let id = item.id;
        let mut connection = Connection::new(item, Parameters::new(), None);
        let overtaken = connection.begin(Trigger::Client, clock);
        let current = connection.begin(Trigger::Client, clock);
        database.connections.insert(id, connection);

        assert!(
            database
                .enter(id, overtaken, &State::Merging, clock)
                .is_none()
        );
        assert!(
            database
                .enter(id, current, &State::Merging, clock)
                .is_some()
        );
        assert!(
            database
                .enter(Uuid::new_v4(), current, &State::Merging, clock)
                .is_none()
        );
    }
}
