use super::*;
use crate::FailedFetch;

fn owner() -> Owner {
    Owner {
        user: "usr_1".parse().unwrap(),
        provenance: Provenance::Response,
    }
}

fn stored(item: serde_json::Value) -> StoredItem {
    let item: Box<Item> = serde_json::from_value(item).unwrap();
    StoredItem {
        item_id: item.id,
        created_at: item.created_at.unwrap(),
        schedule: Schedule {
            next_fetch_at: Some("2026-11-24T12:00:00Z".parse().unwrap()),
            fetch_failures: 2,
            missing_since: None,
            confirming_fetches: 1,
            cut_fetches: 1,
            pending_signal: Some(PendingSignal::Deletion),
            last_error: Some(FailedFetch {
                at: "2026-11-23T12:00:00Z".parse().unwrap(),
                reason: "pluggy rejects the request".to_owned(),
                error_id: Some("1-2-3".to_owned()),
            }),
        },
        state: RowState::Fetched {
            owner: Some(owner()),
            snapshot: Snapshot {
                item,
                fetched_at: "2026-11-23T12:00:00Z".parse().unwrap(),
            },
        },
    }
}

fn full_item() -> serde_json::Value {
    serde_json::json!({
        "id": "e062ab2b-0000-4000-8000-defabba53647",
        "connector": {"id": 601, "name": "Itaú", "health": {"status": "ONLINE", "stage": null}},
        "createdAt": "2026-09-19T13:10:31.212Z", "updatedAt": "2026-09-19T13:11:23.613Z",
        "lastUpdatedAt": "2026-09-19T13:11:23.595Z", "nextAutoSyncAt": "2026-09-20T13:11:00Z",
        "consentExpiresAt": "2027-09-19T13:10:31Z", "hasResourcesPendingAuthorization": false,
        "status": "HIBERNATING", "executionStatus": "PARTIAL_SUCCESS", "products": ["ACCOUNTS"],
        "error": {"code": "ACCOUNT_LOCKED", "message": "locked", "attributes": {"device": "x"}},
        "userAction": {"instructions": "scan", "type": "qr", "attributes": {"data": "y"}},
        "parameter": {"name": "token", "type": "hologram", "expiresAt": "2026-09-19T13:20:00Z"},
        "statusDetail": {"accounts": {"isUpdated": true, "lastUpdatedAt": null}, "loans": null},
    })
}

#[test]
fn a_row_gives_back_what_was_stored() {
    let stored = stored(full_item());

    assert_eq!(from_row(&to_row(&stored)).unwrap(), stored);
}

#[test]
fn a_placeholder_and_a_tombstone_give_back_what_was_stored() {
    let deleted_at = "2026-11-23T12:00:00Z".parse().unwrap();
    let owner = Some(owner());
    for state in [
        RowState::Placeholder { owner },
        RowState::Placeholder { owner: None },
        RowState::Tombstone {
            deleted_at,
            is_erased: false,
        },
        RowState::Tombstone {
            deleted_at,
            is_erased: true,
        },
    ] {
        let stored = StoredItem {
            state,
            ..stored(full_item())
        };

        assert_eq!(from_row(&to_row(&stored)).unwrap(), stored);
    }
}

#[test]
fn a_tombstone_alone_expires() {
    let tombstone = StoredItem {
        state: RowState::Tombstone {
            deleted_at: "2026-11-23T12:00:00Z".parse().unwrap(),
            is_erased: false,
        },
        ..stored(full_item())
    };

    // 2027-02-21T12:00:00Z
    assert_eq!(to_row(&tombstone)[EXPIRES_AT], number(1_803_211_200));
    assert!(!to_row(&stored(full_item())).contains_key(EXPIRES_AT));
}

#[test]
fn a_tombstone_has_nothing_that_an_older_version_may_have_left() {
    let deleted_at = "2026-11-23T12:00:00Z".parse().unwrap();
    let mut row = to_row(&stored(full_item()));
    row.insert(DELETED_AT.to_owned(), time(deleted_at));

    let state = from_row(&row).unwrap().state;

    let is_erased = false;
    assert_eq!(
        state,
        RowState::Tombstone {
            deleted_at,
            is_erased
        }
    );
}

#[test]
fn a_part_that_is_too_long_is_left_out_and_named() {
    let mut item = full_item();
    item["parameter"]["data"] = "x".repeat(MAX_DOCUMENT_BYTES).into();

    let row = to_row(&stored(item));

    assert!(!row.contains_key(PARAMETER));
    assert_eq!(
        row[TRUNCATED],
        AttributeValue::Ss(vec![PARAMETER.to_owned()])
    );
}

#[test]
fn an_owner_without_a_known_provenance_has_the_highest_rank() {
    for provenance in [None, Some("of_tomorrow")] {
        let mut row = to_row(&stored(full_item()));
        row.remove(OWNER_PROVENANCE);
        row.extend(provenance.map(|name| (OWNER_PROVENANCE.to_owned(), text(name))));

        let stored = from_row(&row).unwrap();
        let owner = stored.owner().unwrap();

        assert_eq!(owner.provenance, Provenance::Response, "{provenance:?}");
    }
}

#[test]
fn an_attribute_of_the_wrong_type_is_named() {
    let mut row = to_row(&stored(full_item()));
    row.insert(STATUS.to_owned(), number(1));

    assert!(matches!(
        from_row(&row),
        Err(Error::Corrupt { attribute: STATUS })
    ));
}
