//! The meaning of a 404, and the steps that follow it.

use jiff::SignedDuration;
use pluggy::ClientUserId;
use serde_json::json;
use tests::Deployment;
use tests::deployment::in_a_minute;

use super::{
    USER, event, gone, known_item, request_fetch, row, sync_later, sync_newest_event, unavailable,
};

#[tokio::test]
async fn a_404_alone_deletes_nothing_and_a_second_one_an_hour_later_does() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment
        .deliver(&event("item/created", "1", item_id))
        .await;
    deployment.sync_all().await;
    deployment.pluggy.add_fault(gone());

    let minute = SignedDuration::from_mins(1);
    request_fetch(&deployment, item_id, minute).await;
    sync_later(&deployment, minute).await;
    let suspect = row(&deployment, item_id).await.unwrap();
    assert!(suspect.schedule.missing_since.is_some() && !suspect.is_tombstone());
    assert_eq!(deployment.status_of(USER, item_id).await.0, 200);

    sync_later(&deployment, SignedDuration::from_mins(62)).await;
    assert!(row(&deployment, item_id).await.unwrap().is_tombstone());
    assert_eq!(deployment.status_of(USER, item_id).await.0, 404);
}

/// Guards against a connection that its user sees begin although Pluggy has deleted it: the deletion is the first event
/// that arrives, and Pluggy does not answer the fetch.
#[tokio::test]
async fn an_item_whose_first_event_is_its_deletion_is_not_shown() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment
        .deliver(&event("item/deleted", "1", item_id))
        .await;
    deployment.pluggy.add_fault(unavailable());

    deployment.sync_all().await;

    let stored = row(&deployment, item_id).await.unwrap();
    assert_eq!(stored.user().map(ClientUserId::as_str), Some(USER));
    assert!(stored.is_deleted_placeholder());
    assert_eq!(deployment.status_of(USER, item_id).await.0, 404);
    assert_eq!(deployment.items_of(USER).await["items"], json!([]));

    deployment.pluggy.clear_faults();
    deployment.sync_all().await;
    assert_eq!(
        deployment.status_of(USER, item_id).await.0,
        200,
        "Pluggy still has it"
    );
}

#[tokio::test]
async fn a_deletion_event_and_a_404_delete_at_once() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment
        .deliver(&event("item/created", "1", item_id))
        .await;
    deployment.sync_all().await;
    deployment
        .deliver(&event("item/deleted", "2", item_id))
        .await;

    deployment.sync_all().await;
    let stored = row(&deployment, item_id).await.unwrap();
    assert!(!stored.is_tombstone(), "pluggy still has it");

    deployment.pluggy.add_fault(gone());
    deployment
        .deliver(&event("item/deleted", "3", item_id))
        .await;
    deployment.sync_all().await;
    assert!(row(&deployment, item_id).await.unwrap().is_tombstone());
}

#[tokio::test]
async fn an_event_of_a_deleted_item_is_kept_while_pluggy_is_down() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment
        .deliver(&event("item/created", "1", item_id))
        .await;
    deployment.sync_all().await;
    deployment
        .deliver(&event("item/deleted", "2", item_id))
        .await;
    deployment.pluggy.add_fault(gone());
    deployment.sync_all().await;
    deployment.pluggy.clear_faults();
    deployment.pluggy.add_fault(unavailable());
    deployment
        .deliver(&event("item/updated", "3", item_id))
        .await;

    deployment.sync_all().await;
    deployment.assert_tombstone(item_id).await;
    let tombstone = row(&deployment, item_id).await.unwrap();
    assert!(tombstone.schedule.next_fetch_at.is_some());

    deployment.pluggy.clear_faults();
    deployment.pluggy.add_fault(gone());
    sync_later(&deployment, SignedDuration::from_mins(1)).await;
    let tombstone = row(&deployment, item_id).await.unwrap();
    assert_eq!(
        (tombstone.is_tombstone(), tombstone.schedule.next_fetch_at),
        (true, None)
    );
}

#[tokio::test]
async fn a_deletion_that_pluggy_does_not_show_yet_is_remembered() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment).await;

    deployment
        .deliver(&event("item/deleted", "2", item_id))
        .await;
    deployment.sync_all().await;
    let stored = row(&deployment, item_id).await.unwrap();
    assert!(!stored.is_tombstone(), "pluggy still shows it");
    let due = stored.schedule.next_fetch_at.unwrap();
    deployment.pluggy.add_fault(gone());
    scheduler::handle(&deployment.scheduler(), due, in_a_minute())
        .await
        .unwrap();
    sync_newest_event(&deployment, due).await;

    // One 404 is enough.
    deployment.assert_tombstone(item_id).await;
}
