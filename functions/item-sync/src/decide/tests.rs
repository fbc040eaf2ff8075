mod no_response;

use std::time::Duration;

use client::Error;
use connection::CONFIRMING_FETCH_DELAY;
use serde_json::{Value, json};
use store::{Owner, Provenance, RowState};

use super::*;
use crate::group::Source;
use crate::samples::{
    NOON, at, deletion, fetched, hint, item, item_id, owner, placeholder, signals, tombstone,
    update,
};

/// When the request was sent, a second after the event.
const SENT: &str = "2026-11-23T12:00:01Z";
/// When the response had arrived.
const ARRIVED: &str = "2026-11-23T12:00:09Z";

fn decided(
    stored: Option<&StoredItem>,
    signals: &Signals,
    response: Response<Box<Item>>,
) -> Decision {
    let times = Times {
        fetched_at: at(SENT),
        written_at: at(ARRIVED),
    };
    decide(stored, signals, response, times)
}

/// Returns the item of `usr_1` with these fields, as Pluggy responds.
fn found(fields: Value) -> Response<Box<Item>> {
    let mut item = item(fields);
    item.client_user_id = Some("usr_1".to_owned());
    Response::Found(item)
}

fn unavailable() -> Response<Box<Item>> {
    Response::Failed(Error::Unavailable {
        status: Some(500),
        error_id: Some("e-1".to_owned()),
        source: None,
    })
}

/// Returns the placeholder with this owner.
fn placeholder_of(owner: Owner) -> StoredItem {
    StoredItem {
        state: RowState::Placeholder { owner: Some(owner) },
        ..placeholder()
    }
}

/// Returns the row's settled item with an open login at the bank, whose link expires at noon.
fn waiting() -> StoredItem {
    let item = item(json!({
        "status": "WAITING_USER_INPUT", "executionStatus": "WAITING_USER_INPUT",
        "parameter": {"name": "oauthCode", "type": "oauth", "data": "https://bank.example.com", "expiresAt": NOON},
    }));
    let stored = fetched("2026-11-23T11:59:00Z");
    StoredItem {
        state: RowState::Fetched {
            owner: stored.owner().cloned(),
            snapshot: Snapshot {
                item,
                fetched_at: at("2026-11-23T11:59:00Z"),
            },
        },
        ..stored
    }
}

/// Returns the update of the decision's first write.
fn written(decision: &Decision) -> &ItemUpdate {
    match decision.writes.first() {
        Some(Write::Snapshot { update, .. } | Write::Schedule { update, .. }) => update,
        other => panic!("{other:?} writes no schedule"),
    }
}

#[test]
fn a_response_is_stored_with_its_owner_and_the_next_fetch() {
    let decision = decided(None, &update(), found(json!({})));

    assert_eq!(decision.outcome, Outcome::Stored);
    assert_eq!(decision.metrics, [Metric::ItemsFetched]);
    let [
        Write::Snapshot {
            update,
            snapshot,
            read,
        },
    ] = &decision.writes[..]
    else {
        panic!("{:?}", decision.writes)
    };
    assert_eq!(snapshot.fetched_at, at(SENT));
    assert_eq!(update.owner, Some(owner("usr_1", Provenance::Response)));
    assert_eq!(update.created_at, at("2026-11-01T12:00:00Z"), "pluggy's");
    assert_eq!(**read, Schedule::default());
    let settled = Schedule {
        next_fetch_at: Some(next_fetch(&item(json!({})), at(SENT))),
        ..Schedule::default()
    };
    assert_eq!(update.schedule, settled);
}

/// Another process may have changed the row without knowing these events.
#[test]
fn if_the_row_has_changed_the_owner_and_the_signal_are_stored_and_the_item_fetched_again_soon() {
    let decision = decided(None, &update(), found(json!({})));

    let [
        Write::Signal(PendingSignal::Change),
        Write::Claim { owner: claimed, .. },
        Write::Hasten {
            schedule,
            fetched_at,
        },
    ] = &decision.if_changed[..]
    else {
        panic!("{:?}", decision.if_changed)
    };
    assert_eq!(*claimed, owner("usr_1", Provenance::Response));
    assert_eq!(*fetched_at, at(SENT));
    assert_eq!(
        schedule.next_fetch_at,
        Some(at(SENT) + CONFIRMING_FETCH_DELAY)
    );
}

#[test]
fn a_response_that_contradicts_the_event_is_confirmed_three_times() {
    let mut stored = fetched("2026-11-23T11:00:00Z");
    for confirming_fetches in 1..=3 {
        let decision = decided(Some(&stored), &update(), found(json!({})));

        let schedule = &written(&decision).schedule;
        assert_eq!(
            schedule.next_fetch_at,
            Some(at(SENT) + CONFIRMING_FETCH_DELAY)
        );
        assert_eq!(schedule.confirming_fetches, confirming_fetches);
        stored.schedule = schedule.clone();
    }

    let decision = decided(Some(&stored), &update(), found(json!({})));
    let schedule = &written(&decision).schedule;
    assert_eq!(schedule.confirming_fetches, 0);
    assert!(schedule.next_fetch_at > Some(at(SENT) + CONFIRMING_FETCH_DELAY));
}

#[test]
fn a_new_state_needs_no_confirming_fetch() {
    let stored = fetched("2026-11-23T11:00:00Z");

    let decision = decided(Some(&stored), &update(), found(json!({"updatedAt": NOON})));

    assert_eq!(written(&decision).schedule.confirming_fetches, 0);
}

#[test]
fn a_change_that_only_the_schedule_finds_is_counted_if_the_row_is_written() {
    let stored = fetched("2026-11-23T11:00:00Z");
    let found_by = |signals| {
        let newer = found(json!({"updatedAt": NOON}));
        decided(Some(&stored), &signals, newer).if_unchanged
    };

    assert_eq!(
        found_by(signals(Source::Internal)),
        Some(Metric::ItemsFoundBySchedule)
    );
    assert_eq!(found_by(update()), None);
}

#[test]
fn an_item_that_nobody_names_an_owner_of_is_counted() {
    let decision = decided(None, &update(), Response::Found(item(json!({}))));

    assert_eq!(written(&decision).owner, None);
    assert_eq!(
        decision.metrics,
        [Metric::ItemsFetched, Metric::ItemsWithoutOwner]
    );
}

#[test]
fn a_hint_stores_the_item_of_its_own_user_alone() {
    let own = decided(None, &hint("usr_1"), found(json!({})));
    let others = decided(None, &hint("usr_2"), found(json!({})));
    let nobodys = decided(None, &hint("usr_1"), Response::Found(item(json!({}))));

    assert_eq!(own.outcome, Outcome::Stored);
    for decision in [others, nobodys] {
        assert_eq!(decision.outcome, Outcome::HintDropped);
        assert_eq!(decision.metrics, [Metric::ItemsFetched]);
        assert!(decision.writes.is_empty() && decision.if_changed.is_empty());
    }
}

#[test]
fn what_has_expired_when_the_response_arrives_is_not_stored() {
    let expired = json!({
        "status": "WAITING_USER_INPUT", "executionStatus": "WAITING_USER_INPUT",
        "parameter": {"name": "oauthCode", "type": "oauth", "data": "https://bank.example.com", "expiresAt": "2026-11-23T12:00:05Z"},
    });

    let decision = decided(None, &update(), found(expired));

    let [Write::Snapshot { snapshot, .. }] = &decision.writes[..] else {
        panic!("{:?}", decision.writes)
    };
    assert_eq!(snapshot.item.parameter.as_ref().unwrap().data, None);
}

#[test]
fn the_connector_of_an_item_that_fails_is_watched() {
    let failing = json!({
        "status": "OUTDATED", "executionStatus": "SITE_NOT_AVAILABLE",
        "connector": {"id": 601, "name": "Bank"},
    });
    let watched = |fields| {
        let decision = decided(None, &update(), found(fields));
        let mut writes = decision.writes.into_iter();
        writes
            .any(|write| matches!(write, Write::WatchConnector { id: 601, now } if now == at(SENT)))
    };

    assert!(watched(failing));
    assert!(!watched(json!({"connector": {"id": 601, "name": "Bank"}})));
}

#[test]
fn a_404_is_remembered_until_it_proves_a_deletion() {
    let stored = fetched("2026-11-23T11:00:00Z");

    let suspect = decided(Some(&stored), &update(), Response::NotFound);
    let schedule = &written(&suspect).schedule;
    assert_eq!(suspect.outcome, Outcome::Missing);
    assert_eq!(schedule.missing_since, Some(at(SENT)));
    assert_eq!(
        schedule.next_fetch_at,
        Some(at(SENT) + MISSING_CONFIRMATION_DELAY)
    );
    assert_eq!(schedule.pending_signal, Some(PendingSignal::Change));

    let reported = decided(Some(&stored), &deletion(), Response::NotFound);
    assert_eq!(reported.outcome, Outcome::Tombstoned);
    assert_eq!(
        reported.writes,
        [Write::Tombstone {
            created_at: stored.created_at,
            deleted_at: at(SENT)
        }]
    );
    assert!(reported.log.is_empty());

    let missing_for_hours = StoredItem {
        schedule: Schedule {
            missing_since: Some(at("2026-11-23T09:00:00Z")),
            ..Schedule::default()
        },
        ..stored
    };
    let unreported = decided(
        Some(&missing_for_hours),
        &signals(Source::Internal),
        Response::NotFound,
    );
    assert_eq!(unreported.outcome, Outcome::Tombstoned);
    assert!(matches!(unreported.log[..], [LogLine::GoneWithoutEvent]));
}

#[test]
fn a_404_removes_a_placeholder_that_pluggy_never_reported_and_adds_nothing() {
    let unconfirmed = StoredItem {
        schedule: Schedule::default(),
        ..placeholder()
    };
    let operator = signals(Source::Operator);

    let known = decided(Some(&unconfirmed), &operator, Response::NotFound);
    let unknown = decided(None, &operator, Response::NotFound);

    assert_eq!(known.writes, [Write::Forget]);
    assert!(unknown.writes.is_empty());
    for decision in [known, unknown] {
        assert_eq!(decision.outcome, Outcome::Unknown);
        assert_eq!(decision.metrics, [Metric::ItemsFetched]);
    }
}
