//! Confirming fetches, for cases in which one response is not enough.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use pluggy::ItemId;
use runtime::clock::now;
use store::PendingSignal;
use tests::Deployment;
use tests::deployment::in_a_minute;

use super::{event, known_item, row, sync_newest_event, unavailable};

#[tokio::test]
async fn a_response_that_contradicts_the_event_is_confirmed_soon() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment).await;
    let settled = row(&deployment, item_id).await.unwrap().schedule;
    assert!(settled.next_fetch_at.unwrap() > now() + SignedDuration::from_mins(5));

    deployment.deliver(&event("item/error", "2", item_id)).await;
    deployment.sync_all().await;

    let schedule = row(&deployment, item_id).await.unwrap().schedule;
    assert_eq!(schedule.confirming_fetches, 1);
    assert!(schedule.next_fetch_at.unwrap() <= now() + SignedDuration::from_secs(30));
}

#[tokio::test]
async fn a_contradiction_is_fetched_three_times_and_then_accepted() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment).await;
    deployment.deliver(&event("item/error", "2", item_id)).await;
    deployment.sync_all().await;

    for confirming_fetches in [2, 3, 0] {
        let due = row(&deployment, item_id)
            .await
            .unwrap()
            .schedule
            .next_fetch_at;
        let due = due.unwrap();
        scheduler::handle(&deployment.scheduler(), due, in_a_minute())
            .await
            .unwrap();
        sync_newest_event(&deployment, due).await;

        let schedule = row(&deployment, item_id).await.unwrap().schedule;
        assert_eq!(schedule.confirming_fetches, confirming_fetches);
    }
    let settled = row(&deployment, item_id).await.unwrap().schedule;
    assert!(settled.next_fetch_at.unwrap() > now() + SignedDuration::from_mins(5));
}

#[tokio::test]
async fn a_dropped_response_is_fetched_again_soon() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment).await;
    let newer = now() + SignedDuration::from_hours(1);
    set(&deployment, item_id, "version", newer).await;

    deployment
        .deliver(&event("item/updated", "2", item_id))
        .await;
    deployment.sync_all().await;

    let stored = row(&deployment, item_id).await.unwrap();
    assert_eq!(
        (
            stored.snapshot().unwrap().version(),
            stored.schedule.confirming_fetches
        ),
        (Some(round(newer)), 1)
    );
    assert_eq!(stored.schedule.pending_signal, Some(PendingSignal::Change));
    assert!(stored.schedule.next_fetch_at.unwrap() <= now() + SignedDuration::from_secs(30));
}

#[tokio::test]
async fn a_dropped_response_to_a_due_fetch_is_fetched_again_soon_and_finally_as_usual() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment).await;
    let newer = now() + SignedDuration::from_hours(1);
    set(&deployment, item_id, "version", newer).await;
    let mut due = now() + SignedDuration::from_mins(1);
    set(&deployment, item_id, "nextFetchAt", due).await;

    for confirming_fetches in [1, 2, 3, 0] {
        scheduler::handle(&deployment.scheduler(), due, in_a_minute())
            .await
            .unwrap();
        sync_newest_event(&deployment, due).await;

        let schedule = row(&deployment, item_id).await.unwrap().schedule;
        assert_eq!(schedule.confirming_fetches, confirming_fetches);
        let next = schedule.next_fetch_at.unwrap();
        assert!(next > due, "{confirming_fetches}");
        due = next;
    }
    assert!(due > now() + SignedDuration::from_mins(5));
}

#[tokio::test]
async fn an_event_without_a_new_state_causes_no_confirming_fetch() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment).await;
    deployment
        .deliver(&event("transactions/created", "2", item_id))
        .await;
    deployment.pluggy.add_fault(unavailable());
    sync_newest_event(&deployment, now()).await;
    deployment.pluggy.clear_faults();
    let schedule = row(&deployment, item_id).await.unwrap().schedule;
    assert_eq!(schedule.pending_signal, Some(PendingSignal::Activity));

    let due = schedule.next_fetch_at.unwrap();
    scheduler::handle(&deployment.scheduler(), due, in_a_minute())
        .await
        .unwrap();
    sync_newest_event(&deployment, due).await;

    let schedule = row(&deployment, item_id).await.unwrap().schedule;
    assert_eq!(
        (schedule.confirming_fetches, schedule.pending_signal),
        (0, None)
    );
}

async fn set(deployment: &Deployment, item_id: ItemId, attribute: &str, time: Timestamp) {
    let value = AttributeValue::N(time.as_millisecond().to_string());
    deployment
        .tables
        .client
        .update_item()
        .table_name(&deployment.tables.items)
        .key("pk", AttributeValue::S(format!("ITEM#{item_id}")))
        .update_expression("SET #attribute = :value")
        .expression_attribute_names("#attribute", attribute)
        .expression_attribute_values(":value", value)
        .send()
        .await
        .unwrap();
}

/// Rounds to the millisecond, as rows do.
fn round(time: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(time.as_millisecond()).unwrap()
}
