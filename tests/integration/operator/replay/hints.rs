//! Replays and what only hints of frontends named.

use runtime::clock::now;
use serde_json::json;
use store::{Body, EventKey, NewEvent, Origin, Target};
use tests::Deployment;
use uuid::Uuid;

use super::super::{
    ANOTHER_RUN, RUN, USER, event, everything, replay_to_the_end, row, sync_operator_rows,
};
use super::nameless_deployment;

#[tokio::test]
async fn a_replay_leaves_out_what_only_frontends_named() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment
        .deliver(&event("item/created", "1", item_id, USER))
        .await;
    let user = "usr_2".parse().unwrap();
    for number in 0..100 {
        let invented = Uuid::from_u128(number).to_string().parse().unwrap();
        let hint = NewEvent::hint(invented, &user, now());
        deployment.tables.insert_event(&hint).await;
    }
    let hint = NewEvent::hint(item_id, &user, now());
    deployment.tables.insert_event(&hint).await;

    let fetches = replay_to_the_end(&deployment, everything(RUN)).await;

    assert_eq!(fetches, 1);
}

#[tokio::test]
async fn an_item_that_only_a_frontend_named_leaves_no_rows() {
    let deployment = Deployment::start().await;
    let invented = Uuid::new_v4().to_string().parse().unwrap();
    let hint = NewEvent {
        key: EventKey::of_target(Target::Item(invented), "hint-1"),
        name: "item/deleted".to_owned(),
        received_at: now(),
        origin: Origin::Hint,
        body: None,
        quarantine: None,
    };
    deployment.tables.insert_event(&hint).await;
    let mistyped = Uuid::new_v4();

    let fetches = replay_to_the_end(&deployment, everything(RUN)).await;
    let command = json!({"action": "replay", "run": RUN, "itemId": mistyped});
    replay_to_the_end(&deployment, command).await;
    sync_operator_rows(&deployment).await;

    assert_eq!(fetches, 0);
    assert_eq!(row(&deployment, invented).await, None);
    let mistyped = mistyped.to_string().parse().unwrap();
    assert_eq!(row(&deployment, mistyped).await, None);
}

#[tokio::test]
async fn an_owner_that_only_a_frontend_named_is_not_carried_forward() {
    let deployment = nameless_deployment().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    let claim = json!({"event": "item/created", "itemId": item_id, "clientUserId": "usr_thief"});
    let hint = NewEvent {
        key: EventKey::of_target(Target::Item(item_id), "hint-1"),
        name: "item/created".to_owned(),
        received_at: now(),
        origin: Origin::Hint,
        body: Some(Body::new(claim.to_string().as_bytes(), Vec::new)),
        quarantine: None,
    };
    deployment.tables.insert_event(&hint).await;

    let thiefs = json!({"action": "replay", "run": RUN, "clientUserId": "usr_thief"});
    let fetches = replay_to_the_end(&deployment, thiefs).await;
    let named = json!({"action": "replay", "run": ANOTHER_RUN, "itemId": item_id});
    replay_to_the_end(&deployment, named).await;
    sync_operator_rows(&deployment).await;

    assert_eq!(fetches, 0);
    assert_eq!(row(&deployment, item_id).await.unwrap().owner(), None);
}
