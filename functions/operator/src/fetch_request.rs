//! Fetch requests of an operator. There is one per run and target, so repeating a command adds nothing.

use jiff::Timestamp;
use pluggy::{ClientUserId, EventKind};
use serde_json::json;
use store::{Body, EventHistory, EventKey, EventRow, Insertion, NewEvent, Origin, Target};
use uuid::Uuid;

use crate::App;

/// Name of a replay's event, unless it has a signal.
const REPLAY: &str = "replay";
/// Name of an import's event.
const IMPORT: &str = "import";

/// A request to fetch a target, with the signals that Pluggy's response may not contain.
pub(crate) struct FetchRequest {
    target: Target,
    event_id: String,
    name: String,
    origin: Origin,
    client_user_id: Option<ClientUserId>,
}

impl FetchRequest {
    /// Creates the request to fetch the target of stored events. The signals of the events with authority are
    /// kept: an item whose row is lost gets its owner back.
    pub(crate) fn again(run: Uuid, target: Target, history: &EventHistory) -> Self {
        let name = if history.is_deleted {
            EventKind::ItemDeleted.as_str()
        } else {
            REPLAY
        };
        // An item that only an operator named may not exist.
        let (origin, first) = if history.is_from_pluggy {
            (Origin::Replay, &history.from_pluggy)
        } else {
            (Origin::Import, &history.from_operator)
        };
        Self {
            target,
            event_id: replay_id(run),
            name: name.to_owned(),
            origin,
            client_user_id: first.user().cloned(),
        }
    }

    /// Creates a second request for an item that Pluggy reported but whose user only an operator named. A
    /// user in a replay would count as named by Pluggy, so the user is sent as an import.
    pub(crate) fn owner_again(run: Uuid, target: Target, history: &EventHistory) -> Option<Self> {
        let is_needed = history.is_from_pluggy && history.from_pluggy.user().is_none();
        let user = history.from_operator.user().filter(|_| is_needed)?;
        Some(Self {
            target,
            event_id: owner_id(run),
            name: IMPORT.to_owned(),
            origin: Origin::Import,
            client_user_id: Some(user.clone()),
        })
    }

    /// Creates the request to fetch an item that an operator names.
    pub(crate) fn named(run: Uuid, target: Target, owner: Option<ClientUserId>) -> Self {
        Self {
            target,
            event_id: format!("{IMPORT}-{run}"),
            name: IMPORT.to_owned(),
            origin: Origin::Import,
            client_user_id: owner,
        }
    }

    /// Whether the event is a fetch request of this replay for the target.
    pub(crate) fn is_of(event: &EventRow, target: Target, run: Uuid) -> bool {
        let mut ids = [replay_id(run), owner_id(run)].into_iter();
        ids.any(|id| event.key == EventKey::of_target(target, &id))
    }

    /// Stores the request. Returns whether it is new.
    pub(crate) async fn store(self, app: &App, now: Timestamp) -> Result<bool, store::Error> {
        let event = self.into_event(now);
        let insertion = app.events.insert(&event, app.event_retention).await?;
        Ok(insertion != Insertion::Duplicate)
    }

    fn into_event(self, now: Timestamp) -> NewEvent {
        let body = match self.target {
            // The body uses the field names of Pluggy's item events, so both are parsed the same way.
            Target::Item(item_id) => json!({
                "event": self.name,
                "itemId": item_id,
                "clientUserId": self.client_user_id,
            }),
            Target::Connector(connector_id) => json!({
                "event": self.name,
                "connectorId": connector_id,
            }),
        };
        NewEvent {
            key: EventKey::of_target(self.target, &self.event_id),
            name: self.name,
            received_at: now,
            origin: self.origin,
            body: Some(Body::new(body.to_string().as_bytes(), Vec::new)),
            quarantine: None,
        }
    }
}

fn replay_id(run: Uuid) -> String {
    format!("{REPLAY}-{run}")
}

fn owner_id(run: Uuid) -> String {
    format!("{REPLAY}-{run}-{IMPORT}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: Uuid = Uuid::from_u128(1);
    const ITEM: &str = "9a7b6c5d-0000-4000-8000-000000000001";

    fn event(history: EventHistory) -> NewEvent {
        let target = Target::Item(ITEM.parse().unwrap());
        FetchRequest::again(RUN, target, &history).into_event(Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn a_replay_says_again_that_the_item_was_deleted() {
        let deleted = EventHistory {
            is_deleted: true,
            ..EventHistory::default()
        };

        assert_eq!(event(deleted).name, "item/deleted");
        assert_eq!(event(EventHistory::default()).name, "replay");
    }

    #[test]
    fn an_item_that_pluggy_never_reported_gets_no_request_as_pluggys() {
        let reported = EventHistory {
            is_from_pluggy: true,
            ..EventHistory::default()
        };

        assert_eq!(event(reported).origin, Origin::Replay);
        assert_eq!(event(EventHistory::default()).origin, Origin::Import);
    }

    #[test]
    fn a_request_is_identified_by_its_run_and_target() {
        let replay = event(EventHistory::default());

        assert_eq!(
            replay.key.sort,
            "#replay-00000000-0000-0000-0000-000000000001"
        );
        assert_eq!(replay.key.partition, format!("ITEM#{ITEM}"));
    }
}
