//! Discovery's store: its stored cursor, and the reads of many rows at once.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use pluggy::{ItemCursor, ItemId};
use store::{ItemUpdate, Schedule};
use tests::Tables;
use uuid::Uuid;

fn noon() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn cursor(text: &str) -> ItemCursor {
    text.to_owned().try_into().unwrap()
}

#[tokio::test]
async fn the_cursor_is_the_last_stored_one() {
    let place = Tables::create().await.discovery_place();
    assert_eq!(place.get(noon()).await.unwrap(), None);

    place.put(Some(&cursor("first")), noon()).await.unwrap();
    place.put(Some(&cursor("second")), noon()).await.unwrap();
    assert_eq!(place.get(noon()).await.unwrap(), Some(cursor("second")));

    place.put(None, noon()).await.unwrap();
    assert_eq!(place.get(noon()).await.unwrap(), None);
}

#[tokio::test]
async fn an_expired_cursor_counts_as_none_even_before_it_is_deleted() {
    let place = Tables::create().await.discovery_place();
    place.put(Some(&cursor("place")), noon()).await.unwrap();
    let after_days = |days: i64| noon() + SignedDuration::from_hours(24 * days);

    assert!(place.get(after_days(6)).await.unwrap().is_some());
    assert_eq!(place.get(after_days(7)).await.unwrap(), None);
}

#[tokio::test]
async fn more_rows_than_fit_one_call_are_read() {
    let items = Tables::create().await.item_store();
    let ids: BTreeSet<ItemId> = (0..120)
        .map(|_| Uuid::new_v4().to_string().parse().unwrap())
        .collect();
    let stored: BTreeSet<ItemId> = ids.iter().skip(10).copied().collect();
    for id in &stored {
        let row = ItemUpdate {
            item_id: *id,
            owner: None,
            created_at: noon(),
            schedule: Schedule::default(),
        };
        items.put_schedule(&row, None, noon()).await.unwrap();
    }

    let rows = items.get_many(&ids).await.unwrap();

    assert_eq!(rows.len(), 110);
    assert_eq!(
        rows.iter().map(|row| row.item_id).collect::<BTreeSet<_>>(),
        stored
    );
    assert_eq!(items.get_many(&BTreeSet::new()).await.unwrap(), []);
}
