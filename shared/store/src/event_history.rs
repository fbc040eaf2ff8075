//! Event history of an item: facts from its stored events that Pluggy's next response may not contain.

use jiff::Timestamp;

use super::{EventRow, Origin};
use pluggy::{ClientId, ClientUserId, EventKind};

/// Facts to keep when an item's events are replayed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventHistory {
    /// The first user that Pluggy named.
    pub from_pluggy: FirstUser,
    /// The first user that an operator named. It counts only if Pluggy named none.
    pub from_operator: FirstUser,
    /// Whether Pluggy reported that the item was deleted.
    pub is_deleted: bool,
    /// Whether Pluggy itself reported the item, not only frontends or operators.
    pub is_from_pluggy: bool,
}

/// The user who was named first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FirstUser(Option<(Timestamp, ClientUserId)>);

impl FirstUser {
    /// Returns the user, if one was named.
    pub fn id(&self) -> Option<&ClientUserId> {
        self.0.as_ref().map(|(_, user)| user)
    }

    fn add(&mut self, named_at: Timestamp, user: ClientUserId) {
        if self.0.as_ref().is_none_or(|(first, _)| named_at < *first) {
            self.0 = Some((named_at, user));
        }
    }
}

impl EventHistory {
    /// Returns the owner. A user named by Pluggy outranks one named by an operator, in any order.
    pub fn user(&self) -> Option<&ClientUserId> {
        self.from_pluggy.id().or(self.from_operator.id())
    }

    /// Adds an event. The order does not matter. Quarantined events are ignored.
    pub(super) fn add(&mut self, event: &EventRow, ours: ClientId) {
        if event.is_quarantined(Some(ours)) {
            return;
        }
        let is_from_pluggy = matches!(event.origin, Origin::Webhook | Origin::Replay);
        self.is_from_pluggy |= is_from_pluggy;
        self.is_deleted |= is_from_pluggy && event.kind == EventKind::ItemDeleted;
        let Some(user) = event.client_user_id() else {
            return;
        };
        let first = if is_from_pluggy {
            &mut self.from_pluggy
        } else {
            &mut self.from_operator
        };
        first.add(event.received_at, user);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Body, EventKey};
    use super::*;

    const OURS: &str = "7e2f5a64-0000-4000-8000-000000000001";

    fn event(name: &str, minute: i64, user: Option<&str>) -> EventRow {
        let body = serde_json::json!({"event": name, "clientUserId": user}).to_string();
        EventRow {
            key: EventKey {
                partition: "ITEM#9a7b6c5d-0000-4000-8000-000000000001".to_owned(),
                sort: "1".to_owned(),
            },
            kind: name.to_owned().into(),
            received_at: Timestamp::from_second(60 * minute).unwrap(),
            origin: Origin::Webhook,
            quarantine: None,
            body: Some(Body::new(body.as_bytes(), Vec::new).encoded),
            is_truncated: false,
        }
    }

    fn history(events: impl IntoIterator<Item = EventRow>) -> EventHistory {
        let mut history = EventHistory::default();
        for event in events {
            history.add(&event, OURS.parse().unwrap());
        }
        history
    }

    #[test]
    fn the_first_user_counts_in_whatever_order_the_events_are_read() {
        let events = [
            event("item/updated", 3, Some("usr_2")),
            event("item/created", 1, Some("usr_1")),
            event("item/updated", 0, None),
            event("item/updated", 2, Some("usr_2")),
        ];

        let history = history(events);

        assert_eq!(history.user(), Some(&"usr_1".parse().unwrap()));
    }

    #[test]
    fn an_operators_word_counts_only_where_pluggy_named_nobody() {
        let import = EventRow {
            origin: Origin::Import,
            ..event("import", 1, Some("usr_2"))
        };
        let webhook = event("item/created", 2, Some("usr_1"));
        let replay = EventRow {
            origin: Origin::Replay,
            ..event("replay", 3, Some("usr_1"))
        };
        let silent = event("item/updated", 0, None);

        for from_pluggy in [webhook, replay] {
            let both = history([import.clone(), from_pluggy]);
            assert_eq!(both.user(), Some(&"usr_1".parse().unwrap()));
        }
        let alone = history([silent, import]);
        assert_eq!(alone.user(), Some(&"usr_2".parse().unwrap()));
        assert_eq!(alone.from_pluggy.id(), None);
    }

    #[test]
    fn a_deletion_is_remembered_among_later_events() {
        assert!(
            history([
                event("item/deleted", 1, None),
                event("item/updated", 2, None)
            ])
            .is_deleted
        );
        assert!(!history([event("item/updated", 2, None)]).is_deleted);
    }

    #[test]
    fn what_is_quarantined_or_a_hint_proves_nothing() {
        let quarantined = EventRow {
            quarantine: Some("foreign-client-id".to_owned()),
            ..event("item/deleted", 1, Some("usr_2"))
        };
        let hint = EventRow {
            origin: Origin::Hint,
            ..event("item/deleted", 1, None)
        };

        assert_eq!(history([quarantined, hint]), EventHistory::default());
    }
}
