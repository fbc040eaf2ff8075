//! The metrics in a batch's one line.

use jiff::SignedDuration;
use pluggy::ItemId;
use runtime::clock::now;
use serde_json::Value;
use tests::Deployment;
use tests::deployment::eventually;

use super::{USER, event, gone, request_fetch, row, sync_later, sync_newest_event, unavailable};

fn last_line(deployment: &Deployment) -> Value {
    deployment.metrics.lines().pop().unwrap()
}

async fn connected(deployment: &Deployment) -> ItemId {
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment.item_reaches(item_id, "UPDATED").await;
    item_id
}

/// Feeds a batch with nothing but a fetch request.
async fn fetch_later(deployment: &Deployment, item_id: ItemId, later: SignedDuration) {
    request_fetch(deployment, item_id, later).await;
    sync_newest_event(deployment, now() + later).await;
}

#[tokio::test]
async fn a_batch_counts_the_result_of_each_item() {
    let deployment = Deployment::start().await;
    let item_id = connected(&deployment).await;
    deployment
        .deliver(&event("item/login_succeeded", "1", item_id))
        .await;
    deployment
        .deliver(&event("item/created", "2", item_id))
        .await;

    deployment.sync_all().await;

    let line = last_line(&deployment);
    assert_eq!(line["message"], "batch handled");
    assert_eq!(
        (&line["ItemsFetched"], &line["ItemsStored"]),
        (&1.into(), &1.into())
    );
    assert_eq!(
        line["items"],
        serde_json::json!([{"id": item_id, "events": 2, "outcome": "stored"}])
    );
    assert_eq!(line["ItemsFoundBySchedule"], Value::Null);
    assert!(!line.to_string().contains(USER));
}

#[tokio::test]
async fn failures_are_counted() {
    let deployment = Deployment::start().await;
    let item_id = connected(&deployment).await;
    deployment
        .deliver(&event("item/created", "1", item_id))
        .await;
    deployment.pluggy.add_fault(unavailable());
    deployment.sync_all().await;
    assert_eq!(last_line(&deployment)["ItemsBackedOff"], 1);

    deployment.pluggy.clear_faults();
    deployment.pluggy.add_fault(gone());
    deployment.sync_all().await;
    assert_eq!(last_line(&deployment)["ItemsMissing"], 1);

    deployment.pluggy.clear_faults();
    sync_later(&deployment, SignedDuration::from_secs(5)).await;
    sync_later(&deployment, SignedDuration::from_secs(6)).await;
    assert_eq!(last_line(&deployment)["ItemsSkipped"], 1);
}

#[tokio::test]
async fn an_item_of_another_user_is_counted() {
    let deployment = Deployment::start().await;
    let item_id = connected(&deployment).await;
    let mut other = event("item/created", "1", item_id);
    other["clientUserId"] = "usr_2".into();
    deployment.pluggy.add_fault(unavailable());
    deployment.deliver(&other).await;
    deployment.sync_all().await;
    deployment.pluggy.clear_faults();

    deployment.sync_all().await;

    assert_eq!(last_line(&deployment)["OwnerConflicts"], 1);
    let owned = row(&deployment, item_id).await.unwrap();
    assert_eq!(
        owned.user().unwrap().as_str(),
        USER,
        "a response outranks an event"
    );
}

#[tokio::test]
async fn a_change_without_a_webhook_event_is_counted() {
    let deployment = Deployment::start().await;
    let item_id = connected(&deployment).await;
    deployment
        .deliver(&event("item/created", "1", item_id))
        .await;
    deployment.sync_all().await;
    let before = row(&deployment, item_id)
        .await
        .unwrap()
        .snapshot()
        .unwrap()
        .clone();

    deployment.pluggy.sync(item_id.to_string().parse().unwrap());
    eventually("a later state", async || {
        let item = deployment.pluggy_client().item(item_id, now()).await;
        let item = item.unwrap()?;
        (item.updated_at > before.version() && item.status.as_str() == "UPDATED").then_some(())
    })
    .await;
    fetch_later(&deployment, item_id, SignedDuration::from_secs(10)).await;

    assert_eq!(last_line(&deployment)["ItemsFoundBySchedule"], 1);
}

#[tokio::test]
async fn a_change_with_a_webhook_event_that_a_due_fetch_finds_was_not_missed() {
    let deployment = Deployment::start().await;
    let item_id = connected(&deployment).await;
    deployment
        .deliver(&event("item/created", "1", item_id))
        .await;
    deployment.pluggy.add_fault(unavailable());
    deployment.sync_all().await;
    deployment.pluggy.clear_faults();

    fetch_later(&deployment, item_id, SignedDuration::from_mins(10)).await;

    let line = last_line(&deployment);
    assert_eq!(
        (&line["ItemsStored"], &line["ItemsFoundBySchedule"]),
        (&1.into(), &Value::Null)
    );
}
