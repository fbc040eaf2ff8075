//! The pace of the fleet after Pluggy has limited our calls, and slow calls that hold up their batch.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::SignedDuration;
use pluggy::ItemId;
use runtime::clock::now;
use sandbox::Effect;
use store::schema;
use tests::Deployment;

use super::{USER, event, fault, known_item, reads_of, row, sync_later};

const RESET: SignedDuration = SignedDuration::from_mins(10);

/// Returns a deployment of which Pluggy has limited the calls for ten minutes.
async fn limited_deployment() -> Deployment {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment
        .deliver(&event("item/created", "1", item_id))
        .await;
    let mut limited = fault(Effect::RateLimited { reset_seconds: 600 });
    limited.times = Some(1);
    deployment.pluggy.add_fault(limited);
    deployment.sync_all().await;
    deployment
}

async fn connected_items(deployment: &Deployment, count: usize) -> Vec<ItemId> {
    let mut items = Vec::new();
    for _ in 0..count {
        let item_id = deployment.connect(USER, "user-ok").await;
        let created = event("item/created", &item_id.to_string(), item_id);
        deployment.deliver(&created).await;
        items.push(item_id);
    }
    items
}

fn reads_of_all(deployment: &Deployment, items: &[ItemId]) -> usize {
    items
        .iter()
        .map(|item_id| reads_of(deployment, *item_id))
        .sum()
}

#[tokio::test]
async fn a_limit_of_pluggys_pauses_every_process_until_it_ends() {
    let deployment = limited_deployment().await;
    let items = connected_items(&deployment, 3).await;

    deployment.sync_all().await;

    assert_eq!(reads_of_all(&deployment, &items), 0);
    for item_id in items {
        let stored = row(&deployment, item_id).await.unwrap();
        let wait = stored.schedule.next_fetch_at.unwrap().duration_since(now());
        let minute_after =
            (RESET - SignedDuration::from_secs(10))..(RESET + SignedDuration::from_mins(1));
        assert!(minute_after.contains(&wait), "{wait}");
        assert_eq!(stored.schedule.fetch_failures, 0, "the item has not failed");
    }
    let lines = deployment.metrics.lines();
    let limited = lines.iter().filter(|line| line["CallsLimited"] == 1);
    assert_eq!(limited.count(), 1);
}

#[tokio::test]
async fn after_the_pause_a_minute_has_so_many_calls_for_the_whole_fleet() {
    let deployment = limited_deployment().await;
    let items = connected_items(&deployment, 5).await;
    let limits = deployment.tables.limit_store();
    let later = RESET + SignedDuration::from_secs(2);
    let pace = limits.pace().await.unwrap().unwrap();
    let of_others = limits.take_calls(&pace, 178, now() + later).await.unwrap();

    sync_later(&deployment, later).await;

    assert_eq!(of_others, 178);
    // The event of the item whose fetch was limited is in the batch, too.
    assert!(reads_of_all(&deployment, &items) <= 2);
    let pace = limits.pace().await.unwrap().unwrap();
    assert_eq!(limits.take_calls(&pace, 1, now() + later).await.unwrap(), 0);
}

#[tokio::test]
async fn a_slow_call_is_cut_once_and_then_gets_its_time() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment).await;
    deployment
        .deliver(&event("item/updated", "2", item_id))
        .await;
    deployment.pluggy.add_fault(fault(Effect::Delay {
        milliseconds: 4_000,
    }));

    sync_later(&deployment, SignedDuration::from_secs(10)).await;

    let cut = row(&deployment, item_id).await.unwrap();
    assert_eq!(cut.schedule.cut_fetches, 1);
    assert_eq!(cut.schedule.fetch_failures, 0);
    assert!(cut.schedule.next_fetch_at.unwrap() < now() + SignedDuration::from_mins(1));

    deployment
        .deliver(&event("item/updated", "3", item_id))
        .await;
    sync_later(&deployment, SignedDuration::from_secs(20)).await;

    let stored = row(&deployment, item_id).await.unwrap();
    assert_eq!(stored.schedule.cut_fetches, 0);
    assert!(stored.snapshot().unwrap().fetched_at > cut.snapshot().unwrap().fetched_at);
}

#[tokio::test]
async fn a_pace_that_cannot_be_read_limits_nothing() {
    let deployment = limited_deployment().await;
    let tables = &deployment.tables;
    let put = tables.client.put_item().table_name(&tables.limits);
    let put = put.item(
        schema::PARTITION_KEY,
        AttributeValue::S(schema::PACE_KEY.to_owned()),
    );
    let put = put.item("pausedUntil", AttributeValue::S("soon".to_owned()));
    put.send().await.unwrap();
    let items = connected_items(&deployment, 1).await;

    deployment.sync_all().await;

    assert_eq!(reads_of_all(&deployment, &items), 1);
}
