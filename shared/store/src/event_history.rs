//! What the stored events of an item say, all in all, that its next answer may not.

use jiff::Timestamp;

use super::{LoggedEvent, Origin};
use pluggy::{ClientUserId, EventKind};

/// What is carried forward when an item's events are replayed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventHistory {
    /// Whom Pluggy named.
    pub from_pluggy: FirstUser,
    /// Whom an operator named. Counts only where Pluggy named nobody.
    pub from_operator: FirstUser,
    /// Whether Pluggy said that the item was deleted.
    pub is_deleted: bool,
    /// Whether Pluggy itself spoke of the item, and not a frontend or an operator alone.
    pub is_from_pluggy: bool,
}

/// The user who was named first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FirstUser(Option<(Timestamp, ClientUserId)>);

impl FirstUser {
    /// The user, if one was named.
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
    /// The user whose item it is. An operator's word never outranks Pluggy's, whichever came first.
    pub fn user(&self) -> Option<&ClientUserId> {
        self.from_pluggy.id().or(self.from_operator.id())
    }

    /// Adds an event, in whatever order they come. What is quarantined says nothing.
    pub(super) fn add(&mut self, event: LoggedEvent) {
        if event.quarantine.is_some() {
            return;
        }
        let is_from_pluggy = matches!(event.origin, Origin::Webhook | Origin::Replay);
        self.is_from_pluggy |= is_from_pluggy;
        self.is_deleted |= is_from_pluggy && event.kind == EventKind::ItemDeleted;
        let Some(user) = event.client_user_id else {
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
    use super::*;

    fn event(name: &str, minute: i64, user: Option<&str>) -> LoggedEvent {
        LoggedEvent {
            id: "1".to_owned(),
            kind: name.to_owned().into(),
            received_at: Timestamp::from_second(60 * minute).unwrap(),
            origin: Origin::Webhook,
            quarantine: None,
            is_truncated: false,
            client_user_id: user.map(|user| user.parse().unwrap()),
        }
    }

    fn history(events: impl IntoIterator<Item = LoggedEvent>) -> EventHistory {
        let mut history = EventHistory::default();
        for event in events {
            history.add(event);
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
        let import = LoggedEvent {
            origin: Origin::Import,
            ..event("import", 1, Some("usr_2"))
        };
        let webhook = event("item/created", 2, Some("usr_1"));
        let replay = LoggedEvent {
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
        let quarantined = LoggedEvent {
            quarantine: Some("foreign-client-id".to_owned()),
            ..event("item/deleted", 1, Some("usr_2"))
        };
        let hint = LoggedEvent {
            origin: Origin::Hint,
            ..event("item/deleted", 1, None)
        };

        assert_eq!(history([quarantined, hint]), EventHistory::default());
    }
}
