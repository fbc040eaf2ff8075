//! reconcile: what is due comes back through the one door.

use jiff::SignedDuration;
use serde_json::json;
use shared::clock::now;
use tests::Deployment;

#[tokio::test]
async fn an_item_whose_webhooks_never_came_is_found_by_its_check() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect("usr_1", "user-ok").await;
    deployment
        .deliver(&json!({"event": "item/login_succeeded", "eventId": "1", "itemId": item_id}))
        .await;
    deployment.sync_all().await;
    assert_eq!(
        deployment.status_of("usr_1", item_id).await.1["phase"],
        "connecting"
    );
    deployment.item_reaches(item_id, "UPDATED").await;

    let in_two_minutes = now() + SignedDuration::from_mins(2);
    let tick = reconcile::handle(&deployment.reconcile(), in_two_minutes)
        .await
        .unwrap();
    deployment.sync_all().await;

    assert_eq!((tick.due, tick.asked), (1, 1));
    assert!(tick.oldest_overdue_seconds > 0);
    assert_eq!(
        deployment.status_of("usr_1", item_id).await.1["phase"],
        "ready"
    );
}

#[tokio::test]
async fn a_check_that_was_asked_for_is_not_asked_for_again_at_once() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect("usr_1", "user-ok").await;
    deployment
        .deliver(&json!({"event": "item/created", "eventId": "1", "itemId": item_id}))
        .await;
    deployment.sync_all().await;
    let stored = deployment
        .tables
        .item_store()
        .get(item_id)
        .await
        .unwrap()
        .unwrap();
    let due = stored.schedule.check_at.unwrap();

    let mut asked = Vec::new();
    for minutes in [0, 1, 2, 20] {
        let tick = reconcile::handle(
            &deployment.reconcile(),
            due + SignedDuration::from_mins(minutes),
        )
        .await
        .unwrap();
        asked.push(tick.asked);
    }

    assert_eq!(asked, [1, 0, 0, 1]);
}

#[tokio::test]
async fn nothing_is_due_at_first() {
    let deployment = Deployment::start().await;

    assert_eq!(
        reconcile::handle(&deployment.reconcile(), now())
            .await
            .unwrap(),
        reconcile::Tick::default()
    );
}
