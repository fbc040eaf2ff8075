//! What happens to the item at Pluggy, and the events that tell of it.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::step::{Names, Stamp, Stamps};
use crate::told::Told;
use crate::world::{Kind, State, USER};

/// The second user whom some histories name.
const OTHER_USER: &str = "usr_2";

/// An event that Pluggy delivers until it is acknowledged.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) body: Value,
    pub(crate) is_acknowledged: bool,
}

impl Told<'_> {
    /// The item is in another state from now on.
    pub(crate) fn change(&mut self, kind: Kind, stamp: Stamp, event: &str) {
        {
            let mut world = self.stand.pluggy.world();
            if world.deleted_at.is_some() {
                return;
            }
            let last = world.states.last().and_then(|state| state.updated_at);
            let updated_at = match (self.stamps, stamp, last) {
                (Stamps::Absent, ..) => None,
                (_, Stamp::Same, Some(last)) => Some(last),
                (_, Stamp::New, Some(last)) => {
                    Some(world.now.max(last + SignedDuration::from_millis(1)))
                }
                (_, _, None) => Some(world.now),
            };
            let since = world.now;
            world.states.push(State {
                kind,
                updated_at,
                since,
            });
        }
        self.send(event);
    }

    pub(crate) fn delete(&mut self) {
        let now = self.now();
        let before = self.stand.pluggy.world().deleted_at.replace(now);
        if before.is_none() {
            self.send("item/deleted");
        } else {
            self.stand.pluggy.world().deleted_at = before;
        }
    }

    pub(crate) fn send(&mut self, event: &str) {
        let number = self.sent.len();
        let item_id = self.stand.pluggy.world().item_id;
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
            .stand
            .delivery(&self.sent[event].body, self.at(self.clocks.door));
        if let Some(status) = self.run(delivery, crash).await {
            assert_eq!(status, 200);
            self.sent[event].is_acknowledged = true;
        }
        self.handled.resize(self.stand.engine.stream_len(), false);
    }
}
