//! Changes of the item at Pluggy, and the events that report them.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::history::History;
use crate::model::{Kind, State, USER};
use crate::step::{Names, Stamp, Stamps};

/// The second user that some histories name.
const OTHER_USER: &str = "usr_2";

/// An event that Pluggy delivers until it is acknowledged.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) body: Value,
    pub(crate) is_acknowledged: bool,
}

impl History<'_> {
    /// Changes the item's state.
    pub(crate) fn change(&mut self, kind: Kind, stamp: Stamp, event: &str) {
        {
            let mut model = self.testbed.pluggy.model();
            if model.deleted_at.is_some() {
                return;
            }
            let last = model.states.last().and_then(|state| state.updated_at);
            let updated_at = match (self.stamps, stamp, last) {
                (Stamps::Absent, ..) => None,
                (_, Stamp::Same, Some(last)) => Some(last),
                (_, Stamp::New, Some(last)) => {
                    Some(model.now.max(last + SignedDuration::from_millis(1)))
                }
                (_, _, None) => Some(model.now),
            };
            let since = model.now;
            model.states.push(State {
                kind,
                updated_at,
                since,
            });
        }
        self.send(event);
    }

    pub(crate) fn delete(&mut self) {
        let now = self.now();
        let before = self.testbed.pluggy.model().deleted_at.replace(now);
        if before.is_none() {
            self.send("item/deleted");
        } else {
            self.testbed.pluggy.model().deleted_at = before;
        }
    }

    pub(crate) fn send(&mut self, event: &str) {
        let number = self.sent.len();
        let item_id = self.testbed.pluggy.model().item_id;
        let mut body = json!({"event": event, "eventId": number.to_string(), "itemId": item_id});
        let user = match self.names {
            Names::Nobody => None,
            Names::EventsOfTwoUsers if number % 3 == 2 => Some(OTHER_USER),
            _ => Some(USER),
        };
        if let Some(user) = user.filter(|_| event.starts_with("item/")) {
            body["clientUserId"] = user.into();
        }
        self.sent.push(Sent {
            body,
            is_acknowledged: false,
        });
    }

    pub(crate) async fn deliver(&mut self, event: usize, crash: Option<usize>) {
        let delivery = self
            .testbed
            .delivery(&self.sent[event].body, self.at(self.clocks.door));
        if let Some(status) = self.run(delivery, crash).await {
            assert_eq!(status, 200);
            self.sent[event].is_acknowledged = true;
        }
        self.handled.resize(self.testbed.engine.stream_len(), false);
    }
}
