//! Events, fetches, replays and imports that arrive during an erasure or after it.

use jiff::SignedDuration;
use operator::Report;
use runtime::clock::now;
use serde_json::{Value, json};
use tests::Deployment;
use tests::deployment::in_a_minute;
use uuid::Uuid;

use super::{
    NEXT_DAY, USER, assert_nothing_is_left, erase, event, is_at_pluggy, known_item, sync_at,
};

async fn operate(deployment: &Deployment, mut command: Value) -> Report {
    command["run"] = json!(Uuid::new_v4());
    let report = operator::handle(&deployment.operator(), command, now(), in_a_minute()).await;
    report.unwrap()
}

#[tokio::test]
async fn late_and_repeated_deliveries_bring_nothing_back() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment, USER, 1).await;
    erase(&deployment, SignedDuration::ZERO).await;
    let rows = deployment.tables.event_rows().await.len();

    let repeated = event("item/created", "1-created", item_id, USER);
    let late = event("item/updated", "late", item_id, USER);
    let of_ours = event("item/deleted", "deleted", item_id, USER);
    for event in [&repeated, &late, &of_ours] {
        assert_eq!(deployment.deliver(event).await, 200);
    }
    sync_at(&deployment, now() + SignedDuration::from_secs(5)).await;

    assert_eq!(
        deployment.tables.event_rows().await.len(),
        rows + 2,
        "the digest makes the repeated delivery a duplicate"
    );
    deployment.assert_tombstone(item_id).await;
    let last = erase(&deployment, NEXT_DAY).await;
    assert_eq!(last["stage"], "final", "{last}");
    assert_nothing_is_left(&deployment, &[item_id]).await;
}

/// The user had a connect token when the erasure began.
#[tokio::test]
async fn an_item_that_is_connected_during_the_erasure_is_deleted_too() {
    let deployment = Deployment::start().await;
    let late = deployment.connect(USER, "user-ok").await;
    erase(&deployment, SignedDuration::ZERO).await;

    deployment
        .deliver(&event("item/created", "1", late, USER))
        .await;
    deployment.sync_all().await;

    deployment.assert_tombstone(late).await;
    assert!(is_at_pluggy(&deployment, late).await);
    let again = erase(&deployment, NEXT_DAY).await;
    assert_eq!(
        again["stage"], "requested",
        "late arrivals are possible again"
    );
    assert_eq!(again["itemIds"], json!([late]));
    assert!(!is_at_pluggy(&deployment, late).await);
    let last = erase(&deployment, NEXT_DAY + NEXT_DAY).await;
    assert_eq!(last["stage"], "final", "{last}");
    assert_nothing_is_left(&deployment, &[late]).await;
}

#[tokio::test]
async fn neither_an_import_nor_a_replay_brings_the_user_back() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment, USER, 1).await;
    erase(&deployment, SignedDuration::ZERO).await;

    let import = json!({
        "action": "import", "items": [{"itemId": item_id, "clientUserId": USER}],
    });
    let refused = operate(&deployment, import).await;
    let nameless = json!({"action": "import", "items": [{"itemId": item_id}]});
    operate(&deployment, nameless).await;
    for selection in [
        json!({"action": "replay", "clientUserId": USER}),
        json!({"action": "replay", "itemId": item_id}),
        json!({"action": "replay", "since": "2026-01-01T00:00:00Z"}),
    ] {
        operate(&deployment, selection).await;
    }
    deployment.sync_all().await;

    let nothing = Report::Imported {
        imported: 0,
        known: 0,
        erased: 1,
    };
    assert_eq!(refused, nothing);
    deployment.assert_tombstone(item_id).await;
    erase(&deployment, NEXT_DAY).await;
    assert_nothing_is_left(&deployment, &[item_id]).await;
}
