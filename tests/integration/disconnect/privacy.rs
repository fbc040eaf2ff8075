//! Privacy: a user learns nothing about items of other users.

use lambda_http::{Body, Response};
use runtime::clock::now;
use tests::{Deployment, sample};
use uuid::Uuid;

use super::{USER, delete, known_item, tombstone};
use crate::observed::Observed;

const OTHER_USER: &str = "usr_2";

/// Returns every part of a response that its receiver sees.
fn seen(response: &Response<Body>) -> String {
    format!(
        "{} {:?} {}",
        response.status(),
        response.headers(),
        String::from_utf8_lossy(response.body())
    )
}

#[tokio::test]
async fn foreign_gone_and_unknown_items_are_answered_alike_and_on_the_same_path() {
    let deployment = Deployment::start().await;
    let gone = tombstone(&deployment).await;
    let foreign = known_item(&deployment).await;
    let unknown = Uuid::new_v4();
    let observed = Observed::new();
    let client = observed.client(&deployment.tables);
    let mut app = deployment.disconnect();
    app.items = store::Items::new(client.clone(), deployment.tables.items.clone());
    app.events = store::Events::new(client, deployment.tables.events.clone());
    let requests_before = deployment.pluggy.requests().len();

    let mut answers = Vec::new();
    for item_id in [foreign.to_string(), gone.to_string(), unknown.to_string()] {
        let request = sample::delete_item(OTHER_USER, &item_id);
        let response = disconnect::handle(&app, request, now()).await;
        answers.push((seen(&response), observed.take()));
    }

    assert!(answers[0].0.starts_with("404"), "{}", answers[0].0);
    assert!(answers[0].0.contains("item-not-found"), "{}", answers[0].0);
    let path = [
        format!("GetItem {} true", deployment.tables.items),
        format!("GetItem {} true", deployment.tables.events),
    ];
    assert_eq!(answers[0].1, path);
    assert_eq!(answers[1], answers[0]);
    assert_eq!(answers[2], answers[0]);
    assert_eq!(deployment.pluggy.requests().len(), requests_before);
}

#[tokio::test]
async fn another_user_neither_deletes_an_item_nor_sees_that_its_owner_did() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment).await;

    let before = delete(&deployment, OTHER_USER, item_id).await;
    assert_eq!(deployment.status_of(USER, item_id).await.0, 200);
    delete(&deployment, USER, item_id).await;
    super::deliver_deletion(&deployment, item_id).await;
    let after = delete(&deployment, OTHER_USER, item_id).await;

    assert_eq!(before.status(), 404);
    assert_eq!(seen(&before), seen(&after));
}

#[tokio::test]
async fn a_user_who_did_not_disconnect_a_gone_item_finds_it_unknown() {
    let deployment = Deployment::start().await;
    let item_id = tombstone(&deployment).await;

    assert_eq!(delete(&deployment, USER, item_id).await.status(), 404);
}
