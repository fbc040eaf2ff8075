//! The fetches of a batch: one for each item, and only for records that need one.

use jiff::SignedDuration;
use runtime::clock::now;
use tests::deployment::in_a_minute;
use tests::{Deployment, sample};

use super::{USER, event, reads_of, row, sync_later};

#[tokio::test]
async fn a_batch_costs_one_fetch_for_each_item() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment.item_reaches(item_id, "UPDATED").await;
    for (number, name) in [
        "item/login_succeeded",
        "item/created",
        "transactions/created",
    ]
    .iter()
    .enumerate()
    {
        deployment
            .deliver(&event(name, &number.to_string(), item_id))
            .await;
    }
    let before = reads_of(&deployment, item_id);

    deployment.sync_all().await;

    assert_eq!(reads_of(&deployment, item_id) - before, 1);
    let stored = row(&deployment, item_id).await.unwrap();
    assert_eq!(stored.owner().unwrap().user.as_str(), USER);
    assert!(stored.schedule.next_fetch_at.unwrap() > now());
    assert_eq!(stored.snapshot().unwrap().item.status.as_str(), "UPDATED");
}

#[tokio::test]
async fn events_received_before_the_last_fetch_cost_no_fetch() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment
        .deliver(&event("item/created", "1", item_id))
        .await;
    sync_later(&deployment, SignedDuration::from_secs(10)).await;
    let before = reads_of(&deployment, item_id);

    deployment.sync_all().await;

    assert_eq!(reads_of(&deployment, item_id), before);
}

#[tokio::test]
async fn a_quarantined_record_causes_no_request_to_pluggy() {
    let deployment = Deployment::start().await;
    let batch = serde_json::from_value(sample::json("item-sync/quarantined.json")).unwrap();

    let answer = item_sync::handle(&deployment.item_sync(), &batch, now(), in_a_minute()).await;

    assert_eq!(answer.batch_item_failures, []);
    assert_eq!(deployment.pluggy.requests().len(), 0);
    assert!(
        deployment
            .tables
            .rows(&deployment.tables.items)
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn the_sample_batches_are_read_as_dynamodb_writes_them() {
    let deployment = Deployment::start().await;

    for (sample, items) in [
        ("one-item-many-events", 1),
        ("two-items", 2),
        ("scheduled-fetch", 1),
        ("deleted", 1),
        ("unreadable-row", 1),
    ] {
        let before = deployment
            .pluggy
            .requests()
            .iter()
            .filter(|request| request.path.starts_with("/items/"))
            .count();
        let batch =
            serde_json::from_value(sample::json(&format!("item-sync/{sample}.json"))).unwrap();

        let answer = item_sync::handle(&deployment.item_sync(), &batch, now(), in_a_minute()).await;

        assert_eq!(answer.batch_item_failures, [], "{sample}");
        let after = deployment
            .pluggy
            .requests()
            .iter()
            .filter(|request| request.path.starts_with("/items/"))
            .count();
        assert_eq!(after - before, items, "{sample}");
    }
}
