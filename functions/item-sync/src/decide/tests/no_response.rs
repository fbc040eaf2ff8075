//! Decisions after a fetch without a response: the call failed, was deferred or was cut.

use super::*;

#[test]
fn a_failed_call_adds_to_the_failures_and_keeps_all_else() {
    let before = Schedule {
        fetch_failures: 2,
        missing_since: Some(at("2026-11-23T11:59:00Z")),
        confirming_fetches: 1,
        cut_fetches: 1,
        ..fetched(NOON).schedule
    };
    let stored = StoredItem {
        schedule: before.clone(),
        ..fetched("2026-11-23T11:00:00Z")
    };

    let decision = decided(Some(&stored), &deletion(), unavailable());

    assert_eq!(decision.outcome, Outcome::BackedOff);
    let schedule = written(&decision).schedule.clone();
    assert!(schedule.next_fetch_at > Some(at(SENT)));
    assert_eq!(
        schedule.last_error.as_ref().unwrap().error_id.as_deref(),
        Some("e-1")
    );
    assert_eq!(
        schedule,
        Schedule {
            next_fetch_at: schedule.next_fetch_at,
            last_error: schedule.last_error.clone(),
            fetch_failures: 3,
            pending_signal: Some(PendingSignal::Deletion),
            ..before
        }
    );
    assert!(matches!(decision.log[..], [LogLine::NotFetched(_)]));
    assert!(decision.metrics.is_empty(), "nothing was fetched");
}

#[test]
fn a_retry_is_not_before_the_time_that_pluggy_requests() {
    let limited = Response::Failed(Error::RateLimited {
        retry_after: Duration::from_hours(2),
    });

    let decision = decided(None, &update(), limited);

    let next = written(&decision).schedule.next_fetch_at.unwrap();
    assert!(next >= at("2026-11-23T14:00:01Z"), "{next}");
}

#[test]
fn a_deferred_fetch_is_no_failure_and_a_cut_one_is_counted() {
    let until = at("2026-11-23T12:01:00Z");
    let before = Schedule {
        fetch_failures: 2,
        cut_fetches: 1,
        ..placeholder().schedule
    };
    let stored = StoredItem {
        schedule: before.clone(),
        ..placeholder_of(owner("usr_1", Provenance::Event))
    };

    for (response, cut_fetches) in [(Response::Deferred(until), 1), (Response::Cut(until), 2)] {
        let decision = decided(Some(&stored), &signals(Source::Internal), response);

        assert_eq!(decision.outcome, Outcome::Deferred);
        let expected = Schedule {
            next_fetch_at: Some(until),
            cut_fetches,
            ..before.clone()
        };
        assert_eq!(written(&decision).schedule, expected);
        assert!(decision.log.is_empty() && decision.metrics.is_empty());
    }
}

#[test]
fn without_a_response_an_item_that_only_hints_name_leaves_nothing() {
    let until = at("2026-11-23T12:01:00Z");

    for response in [
        unavailable(),
        Response::Deferred(until),
        Response::Cut(until),
    ] {
        let decision = decided(None, &hint("usr_1"), response);

        assert_eq!(decision.outcome, Outcome::HintDropped);
        assert!(decision.writes.is_empty() && decision.log.is_empty());
    }
}

#[test]
fn a_failed_call_removes_what_has_expired() {
    let stored = waiting();

    let decision = decided(Some(&stored), &update(), unavailable());

    let [Write::Schedule { emptied, .. }] = &decision.writes[..] else {
        panic!("{:?}", decision.writes)
    };
    let emptied = emptied.as_ref().unwrap();
    assert_eq!(emptied.fetched_at, stored.snapshot().unwrap().fetched_at);
    assert_eq!(emptied.item.parameter.as_ref().unwrap().data, None);
    assert_eq!(
        decision.if_changed.first(),
        Some(&Write::Requests(emptied.clone()))
    );
}

#[test]
fn a_failed_call_stores_an_owner_of_a_higher_rank_and_none_in_a_tombstone() {
    let event = Signals {
        named: vec![owner("usr_1", Provenance::Event)],
        ..update()
    };
    let imported = placeholder_of(owner("usr_2", Provenance::Import));

    let decision = decided(Some(&imported), &event, unavailable());
    let after_deletion = decided(Some(&tombstone()), &event, unavailable());

    assert_eq!(
        written(&decision).owner,
        Some(owner("usr_1", Provenance::Event))
    );
    assert_eq!(written(&after_deletion).owner, None);
    assert_eq!(written(&after_deletion).item_id, item_id());
    assert!(!after_deletion.metrics.contains(&Metric::ItemsWithoutOwner));
}
