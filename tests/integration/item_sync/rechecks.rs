//! Where one answer is not enough.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use shared::clock::now;
use shared::store::Owed;
use tests::Deployment;

use super::{USER, event, row, sync_newest_event};

#[tokio::test]
async fn an_answer_that_contradicts_the_event_is_checked_soon() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment.item_reaches(item_id, "UPDATED").await;
    deployment
        .deliver(&event("item/created", "1", item_id))
        .await;
    deployment.sync_all().await;
    let settled = row(&deployment, item_id).await.unwrap().schedule;
    assert!(settled.check_at.unwrap() > now() + SignedDuration::from_mins(5));

    deployment.deliver(&event("item/error", "2", item_id)).await;
    deployment.sync_all().await;

    let schedule = row(&deployment, item_id).await.unwrap().schedule;
    assert_eq!(schedule.rechecks, 1);
    assert!(schedule.check_at.unwrap() <= now() + SignedDuration::from_secs(30));
}

#[tokio::test]
async fn a_contradiction_is_checked_three_times_and_then_believed() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment.item_reaches(item_id, "UPDATED").await;
    deployment
        .deliver(&event("item/created", "1", item_id))
        .await;
    deployment.sync_all().await;
    deployment.deliver(&event("item/error", "2", item_id)).await;
    deployment.sync_all().await;

    for rechecks in [2, 3, 0] {
        let due = row(&deployment, item_id).await.unwrap().schedule.check_at;
        let due = due.unwrap();
        reconcile::handle(&deployment.reconcile(), due)
            .await
            .unwrap();
        sync_newest_event(&deployment, due).await;

        let schedule = row(&deployment, item_id).await.unwrap().schedule;
        assert_eq!(schedule.rechecks, rechecks);
    }
    let settled = row(&deployment, item_id).await.unwrap().schedule;
    assert!(settled.check_at.unwrap() > now() + SignedDuration::from_mins(5));
}

#[tokio::test]
async fn a_dropped_answer_is_checked_soon() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment.item_reaches(item_id, "UPDATED").await;
    deployment
        .deliver(&event("item/created", "1", item_id))
        .await;
    deployment.sync_all().await;
    let newer = now() + SignedDuration::from_hours(1);
    let version = AttributeValue::N(newer.as_millisecond().to_string());
    deployment
        .tables
        .client
        .update_item()
        .table_name(&deployment.tables.items)
        .key("pk", AttributeValue::S(format!("ITEM#{item_id}")))
        .update_expression("SET version = :version")
        .expression_attribute_values(":version", version)
        .send()
        .await
        .unwrap();

    deployment
        .deliver(&event("item/updated", "2", item_id))
        .await;
    deployment.sync_all().await;

    let stored = row(&deployment, item_id).await.unwrap();
    assert_eq!(
        (stored.reading.unwrap().version(), stored.schedule.rechecks),
        (Some(round(newer)), 1)
    );
    assert_eq!(stored.schedule.owed, Some(Owed::Change));
    assert!(stored.schedule.check_at.unwrap() <= now() + SignedDuration::from_secs(30));
}

/// To the millisecond, as rows have it.
fn round(time: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(time.as_millisecond()).unwrap()
}
