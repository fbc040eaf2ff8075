//! reconcile: what is due comes back through the one door.

use jiff::SignedDuration;
use sandbox::{Effect, Fault};
use serde_json::json;
use shared::clock::now;
use shared::store::{Schedule, StoredItem};
use tests::Deployment;
use uuid::Uuid;

#[tokio::test]
async fn an_item_whose_webhooks_never_came_is_found_by_its_check() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect("usr_1", "user-ok").await;
    deployment.item_reaches(item_id, "UPDATED").await;
    deployment.pluggy.add_fault(Fault {
        method: Some("GET".to_owned()),
        path_prefix: "/items/".to_owned(),
        times: None,
        effect: Effect::Status {
            status: 503,
            code_description: None,
        },
    });
    let event = json!({
        "event": "item/login_succeeded", "eventId": "1", "itemId": item_id, "clientUserId": "usr_1",
    });
    deployment.deliver(&event).await;
    deployment.sync_all().await;
    assert_eq!(
        deployment.status_of("usr_1", item_id).await.1["phase"],
        "connecting"
    );
    deployment.pluggy.clear_faults();

    let in_two_minutes = now() + SignedDuration::from_mins(2);
    let tick = reconcile::handle(&deployment.reconcile(), in_two_minutes)
        .await
        .unwrap();
    deployment.sync_all().await;

    assert_eq!((tick.due, tick.asked), (1, 1));
    assert!(tick.oldest_overdue_seconds > 0);
    let lines = deployment.metrics.lines();
    let line = lines
        .iter()
        .rfind(|line| line["message"] == "due items checked")
        .unwrap();
    assert_eq!(
        [
            &line["ChecksDue"],
            &line["ChecksAsked"],
            &line["OldestOverdue"]
        ],
        [&json!(1), &json!(1), &json!(tick.oldest_overdue_seconds)]
    );
    assert_eq!(
        deployment.status_of("usr_1", item_id).await.1["phase"],
        "ready"
    );
}

#[tokio::test]
async fn items_that_were_asked_for_do_not_hide_the_others() {
    let deployment = Deployment::start().await;
    let items = deployment.tables.item_store();
    let start = now();
    for number in 0..310_i64 {
        let row = StoredItem {
            item_id: Uuid::new_v4().to_string().parse().unwrap(),
            owner: None,
            created_at: start,
            reading: None,
            schedule: Schedule {
                check_at: Some(start + SignedDuration::from_secs(number)),
                ..Schedule::default()
            },
            deleted_at: None,
            is_unconfirmed: false,
        };
        items.put_schedule(&row, start).await.unwrap();
    }
    let reconcile = deployment.reconcile();

    let first = reconcile::handle(&reconcile, start + SignedDuration::from_mins(6))
        .await
        .unwrap();
    let second = reconcile::handle(&reconcile, start + SignedDuration::from_mins(7))
        .await
        .unwrap();

    assert_eq!((first.asked, second.asked), (300, 10));
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
    let lines = deployment.metrics.lines();
    assert_eq!(
        (&lines[0]["ChecksDue"], &lines[0]["OldestOverdue"]),
        (&json!(0), &json!(0)),
        "the line tells that reconcile runs"
    );
}
