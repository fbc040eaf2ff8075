//! Event history of an item: facts from its stored events that Pluggy's next response may not contain.

use jiff::Timestamp;

use super::{EventRow, Origin, Owner, Provenance};
use pluggy::{ClientId, ClientUserId, EventKind};

/// Facts to keep when an item's events are replayed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventHistory {
    /// The first owner that Pluggy named.
    pub from_pluggy: FirstOwner,
    /// The first owner that an operator named. It counts only if Pluggy named none.
    pub from_operator: FirstOwner,
    /// Whether Pluggy reported that the item was deleted.
    pub is_deleted: bool,
    /// Whether Pluggy itself reported the item, not only frontends or operators.
    pub is_from_pluggy: bool,
}

/// The owner who was named first, among those of one provenance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FirstOwner(Option<(Timestamp, Owner)>);

impl FirstOwner {
    /// Returns the user, if one was named.
    pub fn user(&self) -> Option<&ClientUserId> {
        self.0.as_ref().map(|(_, owner)| &owner.user)
    }

    fn owner(&self) -> Option<Owner> {
        self.0.as_ref().map(|(_, owner)| owner.clone())
    }

    fn add(&mut self, named_at: Timestamp, owner: Owner) {
        if self.0.as_ref().is_none_or(|(first, _)| named_at < *first) {
            self.0 = Some((named_at, owner));
        }
    }
}

impl EventHistory {
    /// Returns the owner.
    pub fn owner(&self) -> Option<Owner> {
        Owner::resolve(self.from_operator.owner(), self.from_pluggy.owner())
    }

    /// Adds an event. The order does not matter. Quarantined events are ignored.
    pub(super) fn add(&mut self, event: &EventRow, ours: ClientId) {
        if event.is_quarantined(Some(ours)) {
            return;
        }
        let is_from_pluggy = matches!(event.origin, Origin::Webhook | Origin::Replay);
        self.is_from_pluggy |= is_from_pluggy;
        self.is_deleted |= is_from_pluggy && event.kind == EventKind::ItemDeleted;
        let Some(owner) = event.named_owner() else {
            return;
        };
        let first = match owner.provenance {
            Provenance::Event | Provenance::Response => &mut self.from_pluggy,
            Provenance::Import => &mut self.from_operator,
        };
        first.add(event.received_at, owner);
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

    fn owner(user: &str, provenance: Provenance) -> Owner {
        let user = user.parse().unwrap();
        Owner { user, provenance }
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

        assert_eq!(history.owner(), Some(owner("usr_1", Provenance::Event)));
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
            assert_eq!(both.owner(), Some(owner("usr_1", Provenance::Event)));
        }
        let alone = history([silent, import]);
        assert_eq!(alone.owner(), Some(owner("usr_2", Provenance::Import)));
        assert_eq!(alone.from_pluggy.user(), None);
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
