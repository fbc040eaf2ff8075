//! Ids that only a frontend or an operator names. They may belong to any user, or be unknown.

use jiff::SignedDuration;
use pluggy::ItemId;
use runtime::clock::now;
use store::{EventKey, NewEvent, Origin, Target};
use tests::Deployment;
use tests::deployment::in_a_minute;

use super::{USER, row, sync_later, unavailable};

const NOBODYS: &str = "9a7b6c5d-0000-4000-8000-00000000ffff";
pub(super) const NON_OWNER: &str = "usr_2";

pub(super) async fn hint(deployment: &Deployment, item_id: ItemId, user: &str) {
    hint_later(deployment, item_id, user, SignedDuration::ZERO).await;
}

pub(super) async fn hint_later(
    deployment: &Deployment,
    item_id: ItemId,
    user: &str,
    later: SignedDuration,
) {
    let hint = NewEvent::hint(item_id, &user.parse().unwrap(), now() + later);
    deployment.tables.insert_event(&hint).await;
}

/// Stores an event in which an operator, or a frontend without a user, names an item.
async fn name(deployment: &Deployment, item_id: ItemId, origin: Origin) {
    let event = NewEvent {
        key: EventKey::of_target(Target::Item(item_id), "named-1"),
        name: origin.as_str().to_owned(),
        received_at: now(),
        origin,
        body: None,
        quarantine: None,
    };
    deployment.tables.insert_event(&event).await;
}

/// Lets Pluggy fail at first, and fetches the item later when it is due.
async fn fail_then_fetch(deployment: &Deployment, item_id: ItemId) {
    deployment.pluggy.add_fault(unavailable());
    deployment.sync_all().await;
    deployment.pluggy.clear_faults();
    fetch_when_due(deployment, item_id).await;
}

async fn fetch_when_due(deployment: &Deployment, item_id: ItemId) {
    let next_fetch_at = row(deployment, item_id)
        .await
        .unwrap()
        .schedule
        .next_fetch_at
        .unwrap();
    scheduler::handle(&deployment.scheduler(), next_fetch_at, in_a_minute())
        .await
        .unwrap();
    sync_later(deployment, next_fetch_at.duration_since(now())).await;
}

/// Returns a connected item of [`USER`]'s for which we have no event.
pub(super) async fn item_without_events(deployment: &Deployment) -> ItemId {
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment.item_reaches(item_id, "UPDATED").await;
    item_id
}

#[tokio::test]
async fn an_id_that_pluggy_does_not_know_leaves_no_row() {
    let item_id = NOBODYS.parse().unwrap();
    for origin in [Origin::Hint, Origin::Import] {
        let deployment = Deployment::start().await;
        name(&deployment, item_id, origin).await;
        hint(&deployment, item_id, USER).await;

        deployment.sync_all().await;

        assert_eq!(row(&deployment, item_id).await, None);
    }
}

#[tokio::test]
async fn an_id_that_pluggy_does_not_know_leaves_no_row_after_an_outage_either() {
    let deployment = Deployment::start().await;
    let item_id = NOBODYS.parse().unwrap();
    name(&deployment, item_id, Origin::Import).await;

    fail_then_fetch(&deployment, item_id).await;

    assert_eq!(row(&deployment, item_id).await, None);
}

#[tokio::test]
async fn a_hint_replaces_webhooks_that_never_arrived() {
    let deployment = Deployment::start().await;
    let item_id = item_without_events(&deployment).await;
    hint(&deployment, item_id, USER).await;

    deployment.sync_all().await;

    let (status, body) = deployment.status_of(USER, item_id).await;
    assert_eq!((status, &body["phase"]), (200, &"ready".into()));
    assert_eq!(deployment.metrics.lines().pop().unwrap()["ItemsStored"], 1);
}

#[tokio::test]
async fn a_hint_of_any_user_during_an_outage_is_not_remembered() {
    for user in [USER, NON_OWNER] {
        let deployment = Deployment::start().await;
        let item_id = item_without_events(&deployment).await;
        hint(&deployment, item_id, user).await;
        deployment.pluggy.add_fault(unavailable());

        deployment.sync_all().await;

        assert_eq!(row(&deployment, item_id).await, None, "{user}");
        let line = deployment.metrics.lines().pop().unwrap();
        assert_eq!(line["HintsDropped"], 1);
    }
}

#[tokio::test]
async fn forged_ids_do_not_use_up_the_calls_for_other_items() {
    let deployment = Deployment::start().await;
    for _ in 0..20 {
        let made_up: ItemId = uuid::Uuid::new_v4().to_string().parse().unwrap();
        hint(&deployment, made_up, NON_OWNER).await;
    }
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment
        .deliver(&super::event("item/created", "1", item_id))
        .await;
    let before = deployment.pluggy.requests().len();

    deployment.sync_all().await;

    assert_eq!(deployment.status_of(USER, item_id).await.0, 200);
    let asked = deployment.pluggy.requests().len() - before;
    assert!(
        asked <= 5 + 2,
        "{asked} requests: five unknown_items, the item, and a key"
    );
}

#[tokio::test]
async fn an_item_of_a_webhook_event_is_not_dropped_after_one_404() {
    let deployment = Deployment::start().await;
    let item_id: ItemId = NOBODYS.parse().unwrap();
    hint(&deployment, item_id, USER).await;
    deployment
        .deliver(&super::event("item/created", "1", item_id))
        .await;

    fail_then_fetch(&deployment, item_id).await;

    let stored = row(&deployment, item_id).await.unwrap();
    assert!(stored.schedule.missing_since.is_some());
    sync_later(&deployment, SignedDuration::from_mins(5)).await;
    assert!(row(&deployment, item_id).await.is_some());
}
