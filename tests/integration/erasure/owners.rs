//! Items whose owner an event alone has named: Pluggy says whose they are.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::SignedDuration;
use pluggy::ItemId;
use runtime::clock::now;
use sandbox::{Effect, Fault};
use serde_json::json;
use tests::Deployment;

use super::{
    NEIGHBOR, NEXT_DAY, USER, assert_nothing_is_left, erase, event, has_rows_with, is_at_pluggy,
};

/// Makes this user the owner in an item's row.
async fn put_owner(deployment: &Deployment, item_id: ItemId, user: &str) {
    let tables = &deployment.tables;
    let update = tables.client.update_item().table_name(&tables.items);
    let update = update
        .key("pk", AttributeValue::S(format!("ITEM#{item_id}")))
        .update_expression("SET #owner = :owner")
        .expression_attribute_names("#owner", "owner")
        .expression_attribute_values(":owner", AttributeValue::S(user.to_owned()));
    update.send().await.unwrap();
}

fn of_get(effect: Effect) -> Fault {
    Fault {
        method: Some("GET".to_owned()),
        path_prefix: "/items/".to_owned(),
        times: None,
        effect,
    }
}

fn unavailable() -> Fault {
    of_get(Effect::Status {
        status: 500,
        code_description: None,
    })
}

async fn deliver(deployment: &Deployment, id: &str, item_id: ItemId, user: &str) {
    let event = event("item/created", id, item_id, user);
    assert_eq!(deployment.deliver(&event).await, 200);
}

/// A sender with the webhook secret can name anybody.
#[tokio::test]
async fn an_item_that_an_event_alone_says_is_the_users_is_not_deleted_if_pluggy_names_another() {
    let deployment = Deployment::start().await;
    let neighbors = deployment.never_fetched_item(NEIGHBOR).await;
    // The placeholder names the user instead of the neighbor.
    put_owner(&deployment, neighbors, USER).await;
    deployment.pluggy.clear_faults();

    let receipt = erase(&deployment, SignedDuration::ZERO).await;

    assert_eq!(receipt["itemIds"], json!([]), "{receipt}");
    assert!(is_at_pluggy(&deployment, neighbors).await);
    deployment.sync_all().await;
    assert_eq!(deployment.status_of(NEIGHBOR, neighbors).await.0, 200);
}

#[tokio::test]
async fn an_item_that_an_event_alone_names_is_deleted_when_pluggy_answers_again() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deliver(&deployment, "1", item_id, USER).await;
    deployment.pluggy.add_fault(unavailable());

    let waiting = erase(&deployment, SignedDuration::ZERO).await;
    deployment.pluggy.clear_faults();
    let receipt = erase(&deployment, SignedDuration::from_mins(1)).await;

    assert_eq!(waiting["result"], "running", "{waiting}");
    assert_eq!(receipt["itemIds"], json!([item_id]), "{receipt}");
    assert_eq!(receipt["counts"]["itemsDeleted"], 1);
    assert!(!is_at_pluggy(&deployment, item_id).await);
    erase(&deployment, NEXT_DAY + SignedDuration::from_mins(1)).await;
    assert_nothing_is_left(&deployment, &[item_id]).await;
}

#[tokio::test]
async fn nothing_is_stored_about_another_users_item_that_an_event_names() {
    let deployment = Deployment::start().await;
    let neighbors = deployment.connect(NEIGHBOR, "user-ok").await;
    deliver(&deployment, "1", neighbors, USER).await;
    deliver(&deployment, "2", neighbors, NEIGHBOR).await;
    let tables = &deployment.tables;
    let id = neighbors.to_string();
    deployment.pluggy.add_fault(unavailable());

    erase(&deployment, SignedDuration::ZERO).await;
    assert!(!has_rows_with(&tables.rows(&tables.limits).await, &id));
    deployment.pluggy.clear_faults();
    let receipt = erase(&deployment, SignedDuration::from_mins(1)).await;
    let last = erase(&deployment, NEXT_DAY + SignedDuration::from_mins(1)).await;

    assert_eq!(receipt["itemIds"], json!([]), "{receipt}");
    assert_eq!(last["stage"], "final", "{last}");
    assert!(!has_rows_with(&tables.rows(&tables.limits).await, &id));
    assert!(has_rows_with(&tables.event_rows().await, NEIGHBOR));
    assert!(is_at_pluggy(&deployment, neighbors).await);
}

/// The first event names the neighbor, and Pluggy's response nobody.
#[tokio::test]
async fn an_item_whose_first_event_names_another_is_not_deleted() {
    let deployment = Deployment::start().await;
    let neighbors = deployment.connect(NEIGHBOR, "user-ok").await;
    deliver(&deployment, "1", neighbors, NEIGHBOR).await;
    deliver(&deployment, "2", neighbors, USER).await;
    deployment.pluggy.add_fault(of_get(Effect::Odd {
        field: "/clientUserId".to_owned(),
        json: None,
    }));

    let receipt = erase(&deployment, SignedDuration::ZERO).await;

    assert_eq!(receipt["itemIds"], json!([]), "{receipt}");
    deployment.pluggy.clear_faults();
    assert!(is_at_pluggy(&deployment, neighbors).await);
    assert!(has_rows_with(
        &deployment.tables.event_rows().await,
        NEIGHBOR
    ));
}

/// Pluggy's response corrects the row, when the user is already erased.
#[tokio::test]
async fn a_late_item_whose_row_names_another_is_deleted() {
    let deployment = Deployment::start().await;
    let item_id = deployment.never_fetched_item(USER).await;
    put_owner(&deployment, item_id, NEIGHBOR).await;
    erase(&deployment, SignedDuration::ZERO).await;
    deployment.pluggy.clear_faults();
    deployment.sync_all().await;

    let again = erase(&deployment, NEXT_DAY).await;
    let last = erase(&deployment, NEXT_DAY + NEXT_DAY).await;

    assert_eq!(again["itemIds"], json!([item_id]), "{again}");
    assert!(!is_at_pluggy(&deployment, item_id).await);
    assert_eq!(last["stage"], "final", "{last}");
    assert_nothing_is_left(&deployment, &[item_id]).await;
    let tombstones = deployment.tables.rows(&deployment.tables.items).await;
    assert!(!has_rows_with(&tombstones, NEIGHBOR), "{:?}", now());
}
