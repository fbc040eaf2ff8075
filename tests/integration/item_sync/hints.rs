//! Ids that only a frontend or an operator names: they may be anybody's, or nobody's.

use jiff::SignedDuration;
use shared::clock::now;
use shared::pluggy::ItemId;
use shared::store::{EventKey, NewEvent, Origin, Target};
use tests::Deployment;
use tests::deployment::in_a_minute;

use super::{USER, row, sync_later, unavailable};

const NOBODYS: &str = "9a7b6c5d-0000-4000-8000-00000000ffff";

async fn hint(deployment: &Deployment, item_id: ItemId, origin: Origin) {
    let hint = NewEvent {
        key: EventKey::of_target(Target::Item(item_id), "hint-1"),
        name: "hint".to_owned(),
        received_at: now(),
        origin,
        body: None,
        quarantine: None,
    };
    deployment.tables.event_store().insert(&hint).await.unwrap();
}

/// Pluggy fails at first; later the item's check is due.
async fn fail_then_check(deployment: &Deployment, item_id: ItemId) {
    deployment.pluggy.add_fault(unavailable());
    deployment.sync_all().await;
    deployment.pluggy.clear_faults();
    let check_at = row(deployment, item_id)
        .await
        .unwrap()
        .schedule
        .check_at
        .unwrap();
    reconcile::handle(&deployment.reconcile(), check_at, in_a_minute())
        .await
        .unwrap();
    sync_later(deployment, check_at.duration_since(now())).await;
}

#[tokio::test]
async fn an_id_that_pluggy_does_not_know_leaves_no_row() {
    for origin in [Origin::Hint, Origin::Import] {
        let deployment = Deployment::start().await;
        let item_id = NOBODYS.parse().unwrap();
        hint(&deployment, item_id, origin).await;

        deployment.sync_all().await;

        assert_eq!(row(&deployment, item_id).await, None);
    }
}

#[tokio::test]
async fn an_id_that_pluggy_does_not_know_leaves_no_row_after_an_outage_either() {
    let deployment = Deployment::start().await;
    let item_id = NOBODYS.parse().unwrap();
    hint(&deployment, item_id, Origin::Hint).await;

    fail_then_check(&deployment, item_id).await;

    assert_eq!(row(&deployment, item_id).await, None);
}

#[tokio::test]
async fn a_hint_makes_up_for_webhooks_that_never_came() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment.item_reaches(item_id, "UPDATED").await;
    hint(&deployment, item_id, Origin::Hint).await;

    fail_then_check(&deployment, item_id).await;

    let (status, body) = deployment.status_of(USER, item_id).await;
    assert_eq!((status, &body["phase"]), (200, &"ready".into()));
}

#[tokio::test]
async fn what_pluggy_spoke_of_is_not_forgotten_with_one_404() {
    let deployment = Deployment::start().await;
    let item_id: ItemId = NOBODYS.parse().unwrap();
    hint(&deployment, item_id, Origin::Hint).await;
    deployment
        .deliver(&super::event("item/created", "1", item_id))
        .await;

    fail_then_check(&deployment, item_id).await;

    let stored = row(&deployment, item_id).await.unwrap();
    assert!(stored.schedule.missing_since.is_some());
    sync_later(&deployment, SignedDuration::from_mins(5)).await;
    assert!(row(&deployment, item_id).await.is_some());
}
