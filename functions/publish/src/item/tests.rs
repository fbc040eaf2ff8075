use pluggy::Item;
use serde_json::{Value, json};
use store::{Owner, PendingSignal, Provenance, Schedule, Snapshot};

use super::*;

const ITEM: &str = "9a7b6c5d-0000-4000-8000-000000000001";
const NOON: &str = "2026-11-23T12:00:00Z";

/// An item as Pluggy returned it at noon, with these fields changed.
pub(crate) fn item(fields: Value) -> StoredItem {
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
        created_at: item.created_at.unwrap(),
        schedule: Schedule::default(),
        state: RowState::Fetched {
            owner: Some(owner("usr_1", Provenance::Event)),
            snapshot: Snapshot {
                item,
                fetched_at: NOON.parse().unwrap(),
            },
        },
    }
}

fn owner(user: &str, provenance: Provenance) -> Owner {
    let user = user.parse().unwrap();
    Owner { user, provenance }
}

fn ready() -> StoredItem {
    item(json!({}))
}

fn updating() -> StoredItem {
    item(json!({"status": "UPDATING", "executionStatus": "COLLECTING"}))
}

pub(crate) fn fetched_at(time: &str, item: StoredItem) -> StoredItem {
    let snapshot = Snapshot {
        fetched_at: time.parse().unwrap(),
        ..item.snapshot().unwrap().clone()
    };
    let owner = item.owner().cloned();
    StoredItem {
        state: RowState::Fetched { owner, snapshot },
        ..item
    }
}

pub(crate) fn placeholder() -> StoredItem {
    StoredItem {
        schedule: Schedule {
            pending_signal: Some(PendingSignal::Activity),
            ..Schedule::default()
        },
        state: RowState::Placeholder {
            owner: Some(owner("usr_1", Provenance::Event)),
        },
        ..ready()
    }
}

fn of_another_user(provenance: Provenance, item: StoredItem) -> StoredItem {
    owned_by(Some(owner("usr_2", provenance)), item)
}

/// Returns the fetched item with another owner, or none.
fn owned_by(owner: Option<Owner>, item: StoredItem) -> StoredItem {
    let snapshot = item.snapshot().unwrap().clone();
    StoredItem {
        state: RowState::Fetched { owner, snapshot },
        ..item
    }
}

pub(crate) fn tombstone() -> StoredItem {
    StoredItem {
        state: RowState::Tombstone {
            is_erased: false,
            deleted_at: "2026-11-23T13:00:00Z".parse().unwrap(),
        },
        ..ready()
    }
}

fn published(before: Option<&StoredItem>, after: &StoredItem) -> Option<String> {
    entry(before, after).map(|entry| entry.detail_type)
}

pub(crate) fn detail(entry: &Entry) -> Value {
    serde_json::from_str(&entry.detail).unwrap()
}

#[test]
fn a_new_phase_is_published_with_the_previous_one() {
    let entry = entry(Some(&updating()), &ready()).unwrap();

    assert_eq!(entry.detail_type, "item.ready");
    assert_eq!(entry.time, NOON.parse().unwrap());
    let detail = detail(&entry);
    assert_eq!(detail["previousPhase"], "updating");
    assert_eq!(detail["phase"], "ready");
    assert_eq!(detail["owner"], "usr_1");
    assert_eq!(detail["connector"], json!({"id": 2, "name": "Pluggy Bank"}));
    assert_eq!(detail["nextAction"]["kind"], "none");
    assert_eq!(detail["nextAction"]["reason"], "up_to_date");
    assert_eq!(detail["id"], entry.id);
}

#[test]
fn a_fetch_without_changes_is_not_published() {
    assert_eq!(published(Some(&ready()), &ready()), None);
    assert_eq!(
        published(Some(&ready()), &fetched_at("2026-11-23T12:30:00Z", ready())),
        None
    );
    let failed = |code: &str| item(json!({"status": "OUTDATED", "executionStatus": code}));
    assert_eq!(
        published(Some(&failed("ERROR")), &failed("MERGE_ERROR")),
        None
    );
}

#[test]
fn another_reason_in_the_same_phase_is_published_as_a_change() {
    let refused = |code: &str| item(json!({"status": "LOGIN_ERROR", "executionStatus": code}));

    let entry = entry(
        Some(&refused("INVALID_CREDENTIALS")),
        &refused("ACCOUNT_LOCKED"),
    )
    .unwrap();

    assert_eq!(entry.detail_type, "item.changed");
    let detail = detail(&entry);
    assert_eq!(detail["previousPhase"], "reconnect");
    assert_eq!(detail["phase"], "reconnect");
    assert_eq!(detail["nextAction"]["reason"], "account_locked");
}

#[test]
fn data_that_becomes_stale_is_published_with_the_next_fetch() {
    let collected = |fetched: &str| {
        let last = json!({"lastUpdatedAt": "2026-11-16T12:00:00Z", "nextAutoSyncAt": null});
        fetched_at(fetched, item(last))
    };
    let (current, stale) = (collected(NOON), collected("2026-11-23T12:00:01Z"));

    assert_eq!(published(Some(&current), &current), None);
    let entry = entry(Some(&current), &stale).unwrap();

    assert_eq!(entry.detail_type, "item.changed");
    let detail = detail(&entry);
    assert_eq!(detail["phase"], "ready");
    assert_eq!(detail["nextAction"]["kind"], "update");
    assert_eq!(detail["nextAction"]["reason"], "data_stale");
    assert_eq!(published(Some(&stale), &stale), None);
}

#[test]
fn a_login_at_the_bank_is_published_with_its_reason_and_without_its_link() {
    let waiting = item(json!({
        "status": "WAITING_USER_INPUT", "executionStatus": "WAITING_USER_INPUT",
        "connector": {"id": 601, "oauth": true},
        "parameter": {
            "name": "oauthCode", "type": "oauth", "data": "https://bank.example.com/auth?request=abc",
            "expiresAt": "2026-11-23T12:30:00Z",
        },
    }));

    let entry = entry(None, &waiting).unwrap();

    assert_eq!(entry.detail_type, "item.waiting_user");
    let action = detail(&entry)["nextAction"].clone();
    assert_eq!(
        (&action["kind"], &action["reason"]),
        (&json!("act_at_bank"), &json!("open_finance_login"))
    );
    assert_eq!(action["expiresAt"], "2026-11-23T12:30:00Z");
    assert!(
        !entry.detail.contains("bank.example.com"),
        "{}",
        entry.detail
    );
}

#[test]
fn a_change_by_time_is_published_with_the_next_fetch() {
    let waiting = || {
        item(json!({
            "status": "WAITING_USER_INPUT", "executionStatus": "WAITING_USER_INPUT",
            "parameter": {"name": "token", "expiresAt": "2026-11-23T12:10:00Z"},
        }))
    };
    let later = fetched_at("2026-11-23T12:10:01Z", waiting());

    assert_eq!(
        published(None, &waiting()).as_deref(),
        Some("item.waiting_user")
    );
    assert_eq!(
        published(Some(&waiting()), &later).as_deref(),
        Some("item.reconnect")
    );
}

#[test]
fn newer_data_and_a_known_owner_are_published_as_a_change() {
    let executed = item(json!({"lastUpdatedAt": "2026-11-23T11:30:00Z"}));
    let nobodys = owned_by(None, ready());

    assert_eq!(
        published(Some(&ready()), &executed).as_deref(),
        Some("item.changed")
    );
    assert_eq!(
        published(Some(&nobodys), &ready()).as_deref(),
        Some("item.changed")
    );
    assert_eq!(published(Some(&executed), &ready()), None);
    assert_eq!(published(Some(&ready()), &nobodys), None);
}

#[test]
fn an_owner_who_replaces_another_is_published_at_once() {
    let by_event = of_another_user(Provenance::Event, ready());
    let by_response = of_another_user(Provenance::Response, ready());

    let change = entry(Some(&ready()), &by_response).unwrap();

    assert_eq!(change.detail_type, "item.changed");
    assert_eq!(detail(&change)["owner"], "usr_2");
    assert_ne!(change.id, entry(None, &ready()).unwrap().id);
    let republished = present(&by_response).unwrap();
    assert_eq!(detail(&republished)["owner"], "usr_2");
    assert_eq!(
        published(Some(&by_event), &by_response),
        None,
        "the user is the same"
    );
    let first = entry(Some(&placeholder()), &by_response).unwrap();
    assert_eq!(first.detail_type, "item.ready");
    assert_eq!(detail(&first)["owner"], "usr_2");
}

#[test]
fn a_deleted_item_is_published_with_its_last_owner() {
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
fn a_tombstone_is_published_once_and_a_later_row_is_new() {
    assert_eq!(published(Some(&tombstone()), &tombstone()), None);

    let again = entry(Some(&tombstone()), &ready()).unwrap();

    assert_eq!(again.detail_type, "item.ready");
    assert!(detail(&again)["previousPhase"].is_null());
}

#[test]
fn a_deletion_is_published_even_if_the_old_row_is_unreadable() {
    assert_eq!(
        published(None, &tombstone()).as_deref(),
        Some("item.deleted")
    );
}

/// Guards against an item that Pluggy has deleted and that begins to connect on the bus: its deletion is the first
/// event, and Pluggy does not answer the fetch.
#[test]
fn a_placeholder_that_is_reported_as_deleted_is_not_connecting() {
    let reported = StoredItem {
        schedule: Schedule {
            pending_signal: Some(PendingSignal::Deletion),
            ..Schedule::default()
        },
        ..placeholder()
    };

    for before in [None, Some(&reported), Some(&placeholder())] {
        assert_eq!(published(before, &reported), None);
    }
    assert_eq!(present(&reported), None);
    let deletion = entry(Some(&reported), &tombstone()).unwrap();
    assert_eq!(deletion.detail_type, "item.deleted");
    assert_eq!(detail(&deletion)["owner"], "usr_1");
    assert!(detail(&deletion)["previousPhase"].is_null());
    let first = entry(Some(&reported), &ready()).unwrap();
    assert_eq!(first.detail_type, "item.ready", "the event was wrong");
}

#[test]
fn a_placeholder_is_connecting_unless_only_an_operator_named_it() {
    let unconfirmed = StoredItem {
        schedule: Schedule::default(),
        ..placeholder()
    };

    assert_eq!(
        published(None, &placeholder()).as_deref(),
        Some("item.connecting")
    );
    assert_eq!(published(None, &unconfirmed), None);
    assert_eq!(published(Some(&unconfirmed), &tombstone()), None);
    assert_eq!(
        published(Some(&unconfirmed), &ready()).as_deref(),
        Some("item.ready")
    );
    assert_eq!(present(&unconfirmed), None);
}

#[test]
fn a_republished_event_has_the_same_id() {
    let first = entry(Some(&updating()), &ready()).unwrap();
    let deleted = entry(Some(&ready()), &tombstone()).unwrap();

    assert_eq!(entry(None, &ready()).unwrap().id, first.id);
    assert_eq!(present(&ready()).unwrap().id, first.id);
    assert_eq!(present(&tombstone()).unwrap().id, deleted.id);
}

#[test]
fn events_that_differ_have_ids_that_differ() {
    let first = entry(None, &ready()).unwrap().id;
    let others = [
        updating(),
        fetched_at("2026-11-23T12:00:00.001Z", ready()),
        item(json!({"updatedAt": "2026-11-23T11:00:00.001Z"})),
        item(json!({"id": "9a7b6c5d-0000-4000-8000-000000000002"})),
        owned_by(None, ready()),
    ];
    for other in others {
        assert_ne!(entry(None, &other).unwrap().id, first);
    }
}

#[test]
fn no_text_of_the_bank_is_published() {
    let asked = item(json!({
        "status": "LOGIN_ERROR", "executionStatus": "ACCOUNT_NEEDS_ACTION",
        "error": {"code": "ACCOUNT_NEEDS_ACTION", "message": "Maria", "providerMessage": "CPF 123"},
        "parameter": {"name": "oauthCode", "type": "oauth", "label": "Maria", "data": "https://bank.example.com/auth"},
        "userAction": {"instructions": "Maria", "type": "qr"},
    }));

    let entry = entry(None, &asked).unwrap();

    assert_eq!(detail(&entry)["errorCode"], "ACCOUNT_NEEDS_ACTION");
    for words in ["Maria", "123", "qr", "bank.example.com"] {
        assert!(
            !entry.detail.replace(&entry.id, "").contains(words),
            "{words}"
        );
    }
}
