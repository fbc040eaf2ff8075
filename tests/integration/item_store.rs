//! The guards of the item table: no write stores an older snapshot, or an owner of a lower rank.

mod expired_requests;
mod owners;
mod signals;

use jiff::{SignedDuration, Timestamp};
use pluggy::ItemId;
use serde_json::json;
use store::{
    Cursor, DueFetches, FailedFetch, ItemUpdate, Items, PendingSignal, RowState, Schedule,
    Snapshot, StoredItem, Write,
};
use tests::Tables;
use tests::deployment::in_a_minute;

const ITEM: &str = "9a7b6c5d-0000-4000-8000-000000000001";

fn id() -> ItemId {
    ITEM.parse().unwrap()
}

/// Returns the time `seconds` after noon.
fn at(seconds: i64) -> Timestamp {
    let noon: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
    noon + SignedDuration::from_secs(seconds)
}

fn row(item_id: ItemId, owner: Option<&str>, created_at: Timestamp) -> ItemUpdate {
    ItemUpdate {
        item_id,
        owner: owner.map(tests::owner),
        created_at,
        schedule: Schedule {
            next_fetch_at: Some(created_at),
            ..Schedule::default()
        },
    }
}

fn snapshot(status: &str, version: Option<Timestamp>, fetched_at: Timestamp) -> Snapshot {
    let item = serde_json::from_value(json!({
        "id": ITEM, "status": status, "executionStatus": "SUCCESS", "updatedAt": version,
    }))
    .unwrap();
    Snapshot { item, fetched_at }
}

async fn put(items: &Items, status: &str, version: Option<i64>, fetched_at: i64) -> Write {
    let snapshot = snapshot(status, version.map(at), at(fetched_at));
    items
        .put_snapshot(
            row(id(), Some("usr_1"), at(0)),
            snapshot,
            &Schedule::default(),
        )
        .await
        .unwrap()
}

async fn status(items: &Items) -> String {
    let stored = items.get(id()).await.unwrap().unwrap();
    stored.snapshot().unwrap().item.status.to_string()
}

#[tokio::test]
async fn an_older_response_never_replaces_a_newer_one() {
    let items = Tables::create().await.item_store();

    assert_eq!(put(&items, "FIRST", Some(10), 20).await, Write::Done);
    assert_eq!(put(&items, "OLDER", Some(9), 30).await, Write::Stale);
    assert_eq!(
        put(&items, "READ_EARLIER", Some(10), 19).await,
        Write::Stale
    );
    assert_eq!(status(&items).await, "FIRST");
    assert_eq!(put(&items, "REPEATED", Some(10), 20).await, Write::Done);
    assert_eq!(put(&items, "NEWER", Some(11), 15).await, Write::Done);
    assert_eq!(status(&items).await, "NEWER");
}

#[tokio::test]
async fn a_response_without_a_version_is_ordered_by_the_time_of_its_request() {
    let items = Tables::create().await.item_store();

    assert_eq!(put(&items, "FIRST", None, 20).await, Write::Done);
    assert_eq!(put(&items, "EARLIER", None, 19).await, Write::Stale);
    assert_eq!(put(&items, "LATER", None, 21).await, Write::Done);
    assert_eq!(put(&items, "VERSIONED", Some(1), 20).await, Write::Stale);
    assert_eq!(status(&items).await, "LATER");
}

#[tokio::test]
async fn a_placeholder_is_replaced_by_the_first_response_and_keeps_its_owner() {
    let items = Tables::create().await.item_store();
    let placeholder = row(id(), Some("usr_1"), at(0));
    assert_eq!(
        items.put_schedule(&placeholder, None, at(5)).await.unwrap(),
        Write::Done
    );
    let stored = items.get(id()).await.unwrap().unwrap();
    let owner = placeholder.owner;
    assert_eq!(stored.state, RowState::Placeholder { owner });

    assert_eq!(put(&items, "FIRST", Some(1), 4).await, Write::Done);

    assert_eq!(status(&items).await, "FIRST");
}

#[tokio::test]
async fn a_schedule_is_written_without_touching_the_rest() {
    let items = Tables::create().await.item_store();
    put(&items, "FIRST", Some(10), 20).await;
    let schedule = Schedule {
        next_fetch_at: Some(at(90)),
        fetch_failures: 3,
        missing_since: Some(at(30)),
        confirming_fetches: 2,
        cut_fetches: 0,
        pending_signal: Some(PendingSignal::Change),
        last_error: Some(FailedFetch {
            at: at(30),
            reason: "pluggy is not available".to_owned(),
            error_id: None,
        }),
    };

    let changed = ItemUpdate {
        schedule: schedule.clone(),
        ..row(id(), None, at(7))
    };
    assert_eq!(
        items.put_schedule(&changed, None, at(30)).await.unwrap(),
        Write::Done
    );

    let stored = items.get(id()).await.unwrap().unwrap();
    assert_eq!(stored.schedule, schedule);
    assert_eq!(stored.owner().unwrap().user.as_str(), "usr_1");
    assert_eq!(
        (
            stored.created_at,
            stored.snapshot().unwrap().item.status.as_str().to_owned()
        ),
        (at(0), "FIRST".to_owned())
    );
}

#[tokio::test]
async fn a_failed_fetch_does_not_postpone_the_result_of_a_later_one() {
    let items = Tables::create().await.item_store();
    put(&items, "FIRST", Some(10), 20).await;

    assert_eq!(
        items
            .put_schedule(&row(id(), None, at(0)), None, at(19))
            .await
            .unwrap(),
        Write::Stale
    );
}

#[tokio::test]
async fn a_tombstone_keeps_no_owner_and_yields_only_to_a_later_request() {
    let tables = Tables::create().await;
    let items = tables.item_store();
    put(&items, "FIRST", Some(10), 20).await;

    assert_eq!(
        items.put_tombstone(id(), at(0), at(19)).await.unwrap(),
        Write::Stale
    );
    assert_eq!(
        items.put_tombstone(id(), at(0), at(30)).await.unwrap(),
        Write::Done
    );

    let rows = tables.rows(&tables.items).await;
    let mut names: Vec<&str> = rows[0].keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "createdAt",
            "deletedAt",
            "expiresAt",
            "fetchedAt",
            "pk",
            "schema"
        ]
    );
    let with_owner = row(id(), Some("usr_1"), at(0));
    assert_eq!(
        items.put_schedule(&with_owner, None, at(40)).await.unwrap(),
        Write::Stale
    );
    assert_eq!(put(&items, "SENT_BEFORE", Some(99), 30).await, Write::Stale);
    assert_eq!(put(&items, "SENT_AFTER", Some(1), 31).await, Write::Done);
    assert_eq!(status(&items).await, "SENT_AFTER");
    let live = &tables.rows(&tables.items).await[0];
    assert!(!live.contains_key("expiresAt"), "a live row stays");
}

#[tokio::test]
async fn an_item_that_was_never_stored_gets_no_tombstone() {
    let tables = Tables::create().await;

    assert_eq!(
        tables
            .item_store()
            .put_tombstone(id(), at(0), at(1))
            .await
            .unwrap(),
        Write::Stale
    );

    assert!(tables.rows(&tables.items).await.is_empty());
}

#[tokio::test]
async fn only_due_items_are_returned_oldest_first() {
    let items = Tables::create().await.item_store();
    for (number, next_fetch_at) in [
        (1, Some(30)),
        (2, Some(10)),
        (3, Some(20)),
        (4, Some(61)),
        (5, None),
    ] {
        let item_id = format!("9a7b6c5d-0000-4000-8000-00000000000{number}")
            .parse()
            .unwrap();
        let schedule = Schedule {
            next_fetch_at: next_fetch_at.map(at),
            ..Schedule::default()
        };
        items
            .put_schedule(
                &ItemUpdate {
                    schedule,
                    ..row(item_id, None, at(0))
                },
                None,
                at(0),
            )
            .await
            .unwrap();
    }

    let due = items.due(at(60), 100, in_a_minute()).await;

    assert_eq!(due_times(due), [at(10), at(20), at(30)]);
    assert_eq!(
        due_times(items.due(at(60), 1, in_a_minute()).await),
        [at(10)]
    );
}

/// Stores 64 shards with one fetch each, and one shard with more than a page of them.
#[tokio::test]
async fn no_shard_of_the_schedule_is_left_out_and_the_oldest_comes_first() {
    let items = Tables::create().await.item_store();
    let in_each_shard = (0..64).map(|shard: u128| (shard, 1_000 - i64::try_from(shard).unwrap()));
    let in_one_shard =
        (0..130).map(|number: u128| (64 * (number + 1), 2 * i64::try_from(number).unwrap()));
    let mut expected = Vec::new();
    for (number, second) in in_each_shard.chain(in_one_shard) {
        let item_id = format!("9a7b6c5d-0000-4000-8000-{number:012x}");
        let schedule = Schedule {
            next_fetch_at: Some(at(second)),
            ..Schedule::default()
        };
        let stored = ItemUpdate {
            schedule,
            ..row(item_id.parse().unwrap(), None, at(0))
        };
        items.put_schedule(&stored, None, at(0)).await.unwrap();
        expected.push(at(second));
    }
    expected.sort_unstable();

    assert_eq!(
        due_times(items.due(at(2_000), 1_000, in_a_minute()).await),
        expected
    );
    assert_eq!(
        due_times(items.due(at(2_000), 120, in_a_minute()).await),
        expected[..120]
    );
}

fn due_times(due: DueFetches) -> Vec<Timestamp> {
    assert!(due.failure.is_none());
    let fetches = due.fetches.into_iter();
    fetches.map(|fetch| fetch.next_fetch_at).collect()
}

#[tokio::test]
async fn a_users_items_come_newest_first_page_by_page() {
    let items = Tables::create().await.item_store();
    for number in 1..=5 {
        let owner = if number == 3 { "usr_2" } else { "usr_1" };
        let item_id = format!("9a7b6c5d-0000-4000-8000-00000000000{number}")
            .parse()
            .unwrap();
        items
            .put_schedule(&row(item_id, Some(owner), at(number)), None, at(0))
            .await
            .unwrap();
    }
    let owner = "usr_1".parse().unwrap();

    let first = items.owned_by(&owner, 3, None).await.unwrap();
    let cursor = Cursor::from_text(&first.next.unwrap().to_text()).unwrap();
    let second = items.owned_by(&owner, 3, Some(&cursor)).await.unwrap();

    let created = |page: &[StoredItem]| page.iter().map(|item| item.created_at).collect::<Vec<_>>();
    assert_eq!(created(&first.items), [at(5), at(4), at(2)]);
    assert_eq!(created(&second.items), [at(1)]);
    assert_eq!(second.next, None);
    assert!(
        items
            .owned_by(&"usr_9".parse().unwrap(), 3, None)
            .await
            .unwrap()
            .items
            .is_empty()
    );
}

#[tokio::test]
async fn a_failed_row_changes_only_its_next_fetch() {
    let items = Tables::create().await.item_store();
    let placeholder = ItemUpdate {
        schedule: Schedule {
            next_fetch_at: Some(at(5)),
            fetch_failures: 2,
            missing_since: Some(at(1)),
            pending_signal: Some(PendingSignal::Deletion),
            ..Schedule::default()
        },
        ..row(id(), Some("usr_1"), at(1))
    };
    items.put_schedule(&placeholder, None, at(2)).await.unwrap();

    items
        .schedule_failed(id(), at(9), at(90), None)
        .await
        .unwrap();

    let failed = items.get(id()).await.unwrap().unwrap();
    let expected = StoredItem {
        item_id: id(),
        created_at: at(1),
        schedule: Schedule {
            next_fetch_at: Some(at(90)),
            ..placeholder.schedule
        },
        state: RowState::Placeholder {
            owner: placeholder.owner,
        },
    };
    assert_eq!(failed, expected);
}
