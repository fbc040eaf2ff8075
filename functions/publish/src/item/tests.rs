use pluggy::Item;
use serde_json::{Value, json};
use store::Schedule;

use super::*;

const ITEM: &str = "9a7b6c5d-0000-4000-8000-000000000001";
const NOON: &str = "2026-11-23T12:00:00Z";

/// An item as Pluggy answered at noon, with these fields in place of the usual ones.
fn item(fields: Value) -> StoredItem {
    let mut answer = json!({
        "id": ITEM, "status": "UPDATED", "executionStatus": "SUCCESS",
        "connector": {"id": 2, "name": "Pluggy Bank"},
        "createdAt": "2026-11-23T10:00:00Z", "updatedAt": "2026-11-23T11:00:00Z",
        "lastUpdatedAt": "2026-11-23T11:00:00Z",
    });
    for (name, value) in fields.as_object().unwrap() {
        answer[name] = value.clone();
    }
    let item: Box<Item> = serde_json::from_value(answer).unwrap();
    StoredItem {
        item_id: item.id,
        owner: Some("usr_1".parse().unwrap()),
        created_at: item.created_at.unwrap(),
        snapshot: Some(Snapshot {
            item,
            fetched_at: NOON.parse().unwrap(),
        }),
        schedule: Schedule::default(),
        deleted_at: None,
        is_unconfirmed: false,
    }
}

fn ready() -> StoredItem {
    item(json!({}))
}

fn updating() -> StoredItem {
    item(json!({"status": "UPDATING", "executionStatus": "COLLECTING"}))
}

fn fetched_at(time: &str, item: StoredItem) -> StoredItem {
    let snapshot = item.snapshot.unwrap();
    StoredItem {
        snapshot: Some(Snapshot {
            fetched_at: time.parse().unwrap(),
            ..snapshot
        }),
        ..item
    }
}

fn placeholder() -> StoredItem {
    StoredItem {
        snapshot: None,
        ..ready()
    }
}

fn tombstone() -> StoredItem {
    StoredItem {
        owner: None,
        snapshot: None,
        deleted_at: Some("2026-11-23T13:00:00Z".parse().unwrap()),
        ..ready()
    }
}

fn told(before: Option<&StoredItem>, after: &StoredItem) -> Option<String> {
    entry(before, after).map(|entry| entry.detail_type)
}

fn detail(entry: &Entry) -> Value {
    serde_json::from_str(&entry.detail).unwrap()
}

#[test]
fn a_new_phase_is_told_with_the_one_before() {
    let entry = entry(Some(&updating()), &ready()).unwrap();

    assert_eq!(entry.detail_type, "item.ready");
    assert_eq!(entry.time, NOON.parse().unwrap());
    let detail = detail(&entry);
    assert_eq!(detail["previousPhase"], "updating");
    assert_eq!(detail["phase"], "ready");
    assert_eq!(detail["owner"], "usr_1");
    assert_eq!(detail["connector"], json!({"id": 2, "name": "Pluggy Bank"}));
    assert_eq!(detail["nextAction"]["kind"], "none");
    assert_eq!(detail["id"], entry.id);
}

#[test]
fn a_look_that_finds_nothing_new_is_not_told() {
    assert_eq!(told(Some(&ready()), &ready()), None);
    assert_eq!(
        told(Some(&ready()), &fetched_at("2026-11-23T12:30:00Z", ready())),
        None
    );
    // Both are the phase `reconnect`.
    let refused = |code: &str| item(json!({"status": "LOGIN_ERROR", "executionStatus": code}));
    assert_eq!(
        told(
            Some(&refused("INVALID_CREDENTIALS")),
            &refused("ACCOUNT_LOCKED")
        ),
        None
    );
}

#[test]
fn what_time_alone_changes_is_told_with_the_look_that_sees_it() {
    let waiting = || {
        item(json!({
            "status": "WAITING_USER_INPUT", "executionStatus": "WAITING_USER_INPUT",
            "parameter": {"name": "token", "expiresAt": "2026-11-23T12:10:00Z"},
        }))
    };
    let later = fetched_at("2026-11-23T12:10:01Z", waiting());

    assert_eq!(told(None, &waiting()).as_deref(), Some("item.waiting_user"));
    assert_eq!(
        told(Some(&waiting()), &later).as_deref(),
        Some("item.reconnect")
    );
}

#[test]
fn newer_data_and_a_known_owner_are_told_as_an_update() {
    let synced = item(json!({"lastUpdatedAt": "2026-11-23T11:30:00Z"}));
    let nobodys = StoredItem {
        owner: None,
        ..ready()
    };

    assert_eq!(
        told(Some(&ready()), &synced).as_deref(),
        Some("item.changed")
    );
    assert_eq!(
        told(Some(&nobodys), &ready()).as_deref(),
        Some("item.changed")
    );
    assert_eq!(told(Some(&synced), &ready()), None);
    assert_eq!(told(Some(&ready()), &nobodys), None);
}

#[test]
fn an_item_that_is_gone_is_told_with_its_last_owner() {
    let entry = entry(Some(&ready()), &tombstone()).unwrap();

    assert_eq!(entry.detail_type, "item.deleted");
    let detail = detail(&entry);
    assert_eq!(detail["owner"], "usr_1");
    assert_eq!(detail["observedAt"], "2026-11-23T13:00:00Z");
    for absent in ["phase", "nextAction", "connector", "status"] {
        assert!(detail[absent].is_null(), "{absent}");
    }
    assert_eq!(detail["previousPhase"], "ready");
}

#[test]
fn a_tombstone_is_told_once_and_what_follows_it_is_new() {
    assert_eq!(told(Some(&tombstone()), &tombstone()), None);

    let again = entry(Some(&tombstone()), &ready()).unwrap();

    assert_eq!(again.detail_type, "item.ready");
    assert!(detail(&again)["previousPhase"].is_null());
}

#[test]
fn an_item_that_is_gone_is_told_also_where_its_row_could_not_be_read() {
    assert_eq!(told(None, &tombstone()).as_deref(), Some("item.deleted"));
}

#[test]
fn a_shell_is_connecting_unless_an_operator_alone_speaks_of_it() {
    let unconfirmed = StoredItem {
        is_unconfirmed: true,
        ..placeholder()
    };

    assert_eq!(
        told(None, &placeholder()).as_deref(),
        Some("item.connecting")
    );
    assert_eq!(told(None, &unconfirmed), None);
    assert_eq!(told(Some(&unconfirmed), &tombstone()), None);
    assert_eq!(
        told(Some(&unconfirmed), &ready()).as_deref(),
        Some("item.ready")
    );
    assert_eq!(present(&unconfirmed), None);
}

#[test]
fn what_is_told_again_has_the_id_that_it_had() {
    let first = entry(Some(&updating()), &ready()).unwrap();
    let deleted = entry(Some(&ready()), &tombstone()).unwrap();

    assert_eq!(entry(None, &ready()).unwrap().id, first.id);
    assert_eq!(present(&ready()).unwrap().id, first.id);
    assert_eq!(present(&tombstone()).unwrap().id, deleted.id);
}

#[test]
fn facts_that_differ_have_ids_that_differ() {
    let first = entry(None, &ready()).unwrap().id;
    let others = [
        updating(),
        fetched_at("2026-11-23T12:00:00.001Z", ready()),
        item(json!({"updatedAt": "2026-11-23T11:00:00.001Z"})),
        item(json!({"id": "9a7b6c5d-0000-4000-8000-000000000002"})),
        StoredItem {
            owner: None,
            ..ready()
        },
    ];
    for other in others {
        assert_ne!(entry(None, &other).unwrap().id, first);
    }
}

#[test]
fn nothing_of_the_banks_own_words_is_told() {
    let asked = item(json!({
        "status": "LOGIN_ERROR", "executionStatus": "ACCOUNT_NEEDS_ACTION",
        "error": {"code": "ACCOUNT_NEEDS_ACTION", "message": "Maria", "providerMessage": "CPF 123"},
        "parameter": {"name": "token", "label": "Maria"},
        "userAction": {"instructions": "Maria", "type": "qr"},
    }));

    let entry = entry(None, &asked).unwrap();

    assert_eq!(detail(&entry)["errorCode"], "ACCOUNT_NEEDS_ACTION");
    for words in ["Maria", "123", "qr"] {
        assert!(
            !entry.detail.replace(&entry.id, "").contains(words),
            "{words}"
        );
    }
}
