use std::collections::{BTreeMap, HashMap};

use axum::http::{Method, StatusCode};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::catalog;
use crate::clock::{Clock, Moment};
use crate::connection::Connection;
use crate::connector::Connector;
use crate::delivery::Delivery;
use crate::event::Event;
use crate::fault::Fault;
use crate::item_options::ItemOptions;
use crate::rate_limit::Budgets;
use crate::step::State;
use crate::webhook::Webhook;

/// Everything that the sandbox remembers, for as long as it runs.
#[derive(Debug, Default)]
pub(crate) struct World {
    pub(crate) connectors: BTreeMap<u32, Connector>,
    pub(crate) connections: HashMap<Uuid, Connection>,
    pub(crate) webhooks: BTreeMap<Uuid, Webhook>,
    /// What was asked for with each connect token.
    pub(crate) token_options: HashMap<Uuid, ItemOptions>,
    /// The client secret, once it is another one than at the start.
    pub(crate) client_secret: Option<SecretString>,
    /// API keys of an earlier epoch are expired.
    pub(crate) key_epoch: u64,
    pub(crate) switches: Switches,
    pub(crate) faults: Vec<Fault>,
    pub(crate) budgets: Budgets,
    pub(crate) requests: Vec<RequestRecord>,
    pub(crate) deliveries: Vec<Delivery>,
    pub(crate) events: Vec<Event>,
}

/// Lasting deviations from Pluggy's usual behavior; all are off at first.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each switch is turned on its own"
)]
pub struct Switches {
    /// `POST /auth` refuses the right secret too.
    pub reject_secrets: bool,
    /// Items are shown without `clientUserId`.
    pub omit_client_user_id: bool,
    /// Deliveries are lost on their way, and Pluggy does not notice.
    pub lose_deliveries: bool,
    /// `GET /v2/items` is part of the contract.
    pub list_items: bool,
    /// `GET /webhooks` gives one on each page.
    pub one_webhook_a_page: bool,
    /// `POST /webhooks` answers 200, which Pluggy's Node client expects, and not the documented 201.
    pub webhook_created_with_ok: bool,
}

/// One request, noted when it arrives.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct RequestRecord {
    /// The method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The status of the answer; none if there is no answer, or none yet.
    pub status: Option<u16>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            connectors: catalog::connectors(),
            ..Self::default()
        }
    }

    /// Takes an item to its next state, unless another script has taken over or the item is gone.
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

    /// Counts a request, and gives its number.
    pub(crate) fn note_request(&mut self, method: &Method, path: &str) -> usize {
        self.requests.push(RequestRecord {
            method: method.to_string(),
            path: path.to_owned(),
            status: None,
        });
        self.requests.len() - 1
    }

    /// Notes how a request was answered.
    pub(crate) fn note_answer(&mut self, number: usize, status: Option<StatusCode>) {
        if let Some(request) = self.requests.get_mut(number) {
            request.status = status.map(|status| status.as_u16());
        }
    }

    /// A delivery arrived.
    pub(crate) fn delivered(&mut self, webhook_id: Option<Uuid>) {
        if let Some(webhook) = webhook_id.and_then(|id| self.webhooks.get_mut(&id)) {
            webhook.failures = 0;
        }
    }

    /// A delivery was given up; too many in a row disable the webhook.
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
    use crate::connector::Parameters;
    use crate::item::Item;

    #[test]
    fn a_script_that_was_overtaken_changes_nothing() {
        let clock = Clock::new(1);
        let mut world = World::new();
        let item = Item::new(
            world.connectors[&2].clone(),
            ItemOptions::default(),
            clock.now(),
        );
        let id = item.id;
        let mut connection = Connection::new(item, Parameters::new(), None);
        let overtaken = connection.begin(Trigger::Client, clock);
        let current = connection.begin(Trigger::Client, clock);
        world.connections.insert(id, connection);

        assert!(world.enter(id, overtaken, &State::Merging, clock).is_none());
        assert!(world.enter(id, current, &State::Merging, clock).is_some());
        assert!(
            world
                .enter(Uuid::new_v4(), current, &State::Merging, clock)
                .is_none()
        );
    }
}
