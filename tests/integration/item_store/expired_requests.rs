//! Removal of expired requests to the user, by writes that do not replace the row.

use serde_json::json;
use store::{Items, Schedule, Snapshot, Write};
use tests::Tables;

use super::{ITEM, at, id, row};

/// Returns a snapshot of a login at the bank. Its link is left out if it has expired.
fn login(link: Option<&str>, version: i64, fetched_at: i64) -> Snapshot {
    let item = serde_json::from_value(json!({
        "id": ITEM, "status": "WAITING_USER_INPUT", "executionStatus": "WAITING_USER_INPUT", "updatedAt": at(version), "createdAt": at(0),
        "parameter": {"name": "oauthCode", "type": "oauth", "data": link, "expiresAt": at(25)},
        "userAction": {"type": "qr", "expiresAt": at(25)},
    }));
    Snapshot {
        item: item.unwrap(),
        fetched_at: at(fetched_at),
    }
}

async fn link(items: &Items) -> Option<String> {
    let stored = items.get(id()).await.unwrap().unwrap();
    stored.snapshot()?.item.parameter.clone()?.data
}

#[tokio::test]
async fn a_schedule_with_a_snapshot_replaces_the_requests_of_this_snapshot_alone() {
    let items = Tables::create().await.item_store();
    let owned = || row(id(), Some("usr_1"), at(0));
    let first = login(Some("https://bank.example.com/1"), 10, 20);
    items
        .put_snapshot(owned(), first, &Schedule::default())
        .await
        .unwrap();
    let emptied = login(None, 10, 20);
    let put_schedule = async |fetched_at| {
        items
            .put_schedule(&owned(), Some(&emptied), fetched_at)
            .await
    };

    assert_eq!(put_schedule(at(30)).await.unwrap(), Write::Done);
    assert_eq!(link(&items).await, None);
    let stored = items.get(id()).await.unwrap().unwrap();
    assert_eq!(stored.snapshot(), Some(&emptied));

    let second = login(Some("https://bank.example.com/2"), 11, 25);
    items
        .put_snapshot(owned(), second, &Schedule::default())
        .await
        .unwrap();
    assert_eq!(put_schedule(at(40)).await.unwrap(), Write::Stale);
    assert_eq!(
        link(&items).await.as_deref(),
        Some("https://bank.example.com/2")
    );
}

#[tokio::test]
async fn a_failed_row_loses_the_requests_to_the_user() {
    let items = Tables::create().await.item_store();
    let stored = row(id(), Some("usr_1"), at(0));
    let waiting = login(Some("https://bank.example.com/1"), 10, 20);
    items
        .put_snapshot(stored, waiting, &Schedule::default())
        .await
        .unwrap();

    items
        .schedule_failed(id(), at(9), at(90), None)
        .await
        .unwrap();

    let failed = items.get(id()).await.unwrap().unwrap();
    let item = &failed.snapshot().unwrap().item;
    assert_eq!((&item.parameter, &item.user_action), (&None, &None));
}
