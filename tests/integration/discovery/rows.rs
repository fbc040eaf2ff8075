//! Discovery's store: its stored cursor, and the reads of many rows at once.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use pluggy::ItemId;
use store::{DiscoveryProgress, ItemUpdate, Schedule};
use tests::Tables;
use uuid::Uuid;

fn noon() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn progress(place: Option<&str>, due_at: Option<Timestamp>) -> DiscoveryProgress {
    DiscoveryProgress {
        place: place.map(|place| place.to_owned().try_into().unwrap()),
        due_at,
    }
}

#[tokio::test]
async fn the_progress_is_the_last_stored_one() {
    let place = Tables::create().await.discovery_place();
    assert_eq!(place.get(noon()).await.unwrap(), progress(None, None));

    for stored in [
        progress(Some("first"), None),
        progress(Some("second"), Some(noon())),
        progress(None, Some(noon())),
    ] {
        place.put(&stored, noon()).await.unwrap();
        assert_eq!(place.get(noon()).await.unwrap(), stored);
    }
}

#[tokio::test]
async fn expired_progress_counts_as_none_even_before_it_is_deleted() {
    let place = Tables::create().await.discovery_place();
    let stored = progress(Some("place"), Some(noon()));
    place.put(&stored, noon()).await.unwrap();
    let after_days = |days: i64| noon() + SignedDuration::from_hours(24 * days);

    assert_eq!(place.get(after_days(6)).await.unwrap(), stored);
    assert_eq!(
        place.get(after_days(7)).await.unwrap(),
        progress(None, None)
    );
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
