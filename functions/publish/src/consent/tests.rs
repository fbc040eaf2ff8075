use serde_json::{Value, json};

use super::*;
use crate::item::tests::{detail, fetched_at, item, placeholder, tombstone};

const ENDS: &str = "2026-12-31T12:00:00Z";
const RENEWED: &str = "2027-12-31T12:00:00Z";

/// A time long before the first stage.
const EARLY: &str = "2026-11-23T12:00:00Z";
const THIRTY_DAYS: &str = "2026-12-01T12:00:00Z";
const SEVEN_DAYS: &str = "2026-12-24T12:00:00Z";
const ONE_DAY: &str = "2026-12-30T12:00:00Z";

/// An item whose consent ends at `ends`, as it was fetched at `fetched`.
fn consent(ends: impl Into<Value>, fetched: &str) -> StoredItem {
    fetched_at(fetched, item(json!({"consentExpiresAt": ends.into()})))
}

/// Returns the event's name and its days; an empty text for no event.
fn published(before: Option<&StoredItem>, after: &StoredItem) -> String {
    let entry = entry(before, after);
    let named = entry.map(|entry| format!("{} {}", entry.detail_type, detail(&entry)["daysAhead"]));
    named.unwrap_or_default()
}

#[test]
fn each_stage_is_published_once() {
    let rows = [EARLY, THIRTY_DAYS, SEVEN_DAYS, ONE_DAY, ENDS].map(|at| consent(ENDS, at));

    assert_eq!(published(None, &rows[0]), "");
    let changes = rows.windows(2);
    let events: Vec<_> = changes
        .map(|pair| published(Some(&pair[0]), &pair[1]))
        .collect();
    assert_eq!(
        events,
        [
            "consent.expiring 30",
            "consent.expiring 7",
            "consent.expiring 1",
            "consent.expired 0"
        ]
    );
    for row in &rows {
        assert_eq!(published(Some(row), row), "", "another write of the row");
    }
    let later = consent(ENDS, "2027-06-01T00:00:00Z");
    assert_eq!(published(Some(&rows[4]), &later), "");
}

#[test]
fn of_two_stages_that_began_between_two_fetches_the_nearer_to_the_end_is_published() {
    let early = consent(ENDS, EARLY);

    assert_eq!(
        published(Some(&early), &consent(ENDS, SEVEN_DAYS)),
        "consent.expiring 7"
    );
    assert_eq!(
        published(Some(&early), &consent(ENDS, ENDS)),
        "consent.expired 0"
    );
}

#[test]
fn the_first_fetch_of_an_item_finds_the_stage_of_its_consent() {
    let five_days_before = consent(ENDS, "2026-12-26T12:00:00Z");

    for before in [
        None,
        Some(placeholder()),
        Some(tombstone()),
        Some(consent(Value::Null, EARLY)),
    ] {
        assert_eq!(
            published(before.as_ref(), &five_days_before),
            "consent.expiring 7"
        );
    }
    for none in [placeholder(), tombstone(), consent(Value::Null, ENDS)] {
        assert_eq!(published(Some(&five_days_before), &none), "");
    }
}

#[test]
fn a_renewed_consent_is_published_at_its_own_stages_alone() {
    let ended = consent(ENDS, ENDS);
    let renewed = consent(RENEWED, "2027-01-02T12:00:00Z");
    // Its first stage has begun, and the expired one was later.
    let shortly = consent("2027-01-22T12:00:00Z", "2027-01-02T12:00:00Z");

    assert_eq!(published(Some(&ended), &renewed), "");
    assert_eq!(published(Some(&ended), &shortly), "");
    let again = consent(RENEWED, "2027-12-01T12:00:00Z");
    assert_eq!(published(Some(&renewed), &again), "consent.expiring 30");
    let last_week = consent("2027-01-22T12:00:00Z", "2027-01-15T12:00:00Z");
    assert_eq!(published(Some(&shortly), &last_week), "consent.expiring 7");
}

#[test]
fn a_consent_that_ends_earlier_than_planned_is_published() {
    let planned = consent(RENEWED, SEVEN_DAYS);

    assert_eq!(
        published(Some(&planned), &consent(ENDS, SEVEN_DAYS)),
        "consent.expiring 7"
    );
    let revoked = consent("2026-12-01T00:00:00Z", SEVEN_DAYS);
    assert_eq!(published(Some(&planned), &revoked), "consent.expired 0");
}

#[test]
fn a_stage_has_one_id_whichever_fetch_finds_it() {
    let id = |ends, at| entry(None, &consent(ends, at)).unwrap().id;
    let found_early = id(ENDS, SEVEN_DAYS);

    assert_eq!(id(ENDS, "2026-12-25T01:02:03Z"), found_early);
    let row = consent(ENDS, SEVEN_DAYS);
    assert_eq!(present(&row).unwrap().id, found_early);
    assert_eq!(present(&consent(ENDS, EARLY)), None);
    let another = json!({"id": "9a7b6c5d-0000-4000-8000-000000000002", "consentExpiresAt": ENDS});
    let others = [
        id(ENDS, ONE_DAY),
        id("2026-12-31T12:00:00.001Z", "2026-12-25T01:02:03Z"),
        entry(None, &fetched_at(SEVEN_DAYS, item(another)))
            .unwrap()
            .id,
    ];
    for other in others {
        assert_ne!(other, found_early);
    }
}

#[test]
fn an_event_names_the_consent_and_its_owner() {
    let entry = entry(None, &consent(ENDS, SEVEN_DAYS)).unwrap();

    assert_eq!(entry.time, SEVEN_DAYS.parse().unwrap());
    assert_eq!(
        detail(&entry),
        json!({
            "schemaVersion": 1, "id": entry.id, "itemId": "9a7b6c5d-0000-4000-8000-000000000001",
            "owner": "usr_1", "daysAhead": 7, "consentExpiresAt": ENDS, "observedAt": SEVEN_DAYS,
            "connector": {"id": 2, "name": "Pluggy Bank"},
        })
    );
}
