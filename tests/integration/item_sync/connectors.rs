//! A connector's health, from the event to what a user is shown.

use jiff::SignedDuration;
use sandbox::{Effect, Fault, HealthStatus};
use serde_json::json;
use shared::clock::now;
use tests::Deployment;
use tests::deployment::in_a_minute;

use super::{USER, event, sync_later};

/// The sandbox's personal bank.
const BANK: u32 = 2;

fn status_updated(event_id: &str) -> serde_json::Value {
    json!({"event": "connector/status_updated", "eventId": event_id, "id": "2", "connectorId": 2,
        "data": {"status": "ONLINE"}})
}

async fn shown_health(deployment: &Deployment, user: &str) -> serde_json::Value {
    let list = deployment.items_of(user).await;
    list["items"][0]["connector"]["health"].clone()
}

fn reads(deployment: &Deployment) -> usize {
    deployment.requests_for("GET", "/connectors/2")
}

#[tokio::test]
async fn a_change_of_health_reaches_every_item_of_the_connector() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment
        .deliver(&event("item/created", "1", item_id))
        .await;
    deployment.sync_all().await;
    assert_eq!(shown_health(&deployment, USER).await, "ONLINE");

    assert!(
        deployment
            .pluggy
            .set_connector_health(BANK, HealthStatus::Offline)
    );
    deployment.deliver(&status_updated("2")).await;
    deployment.sync_all().await;

    assert_eq!(
        shown_health(&deployment, USER).await,
        "OFFLINE",
        "what pluggy answers counts, and not what the event says"
    );
    let (_, one) = deployment.status_of(USER, item_id).await;
    assert_eq!(one["connector"]["health"], "OFFLINE");
}

#[tokio::test]
async fn events_of_a_connector_that_came_before_the_last_read_cost_no_read() {
    let deployment = Deployment::start().await;
    deployment.deliver(&status_updated("1")).await;
    deployment.deliver(&status_updated("2")).await;

    sync_later(&deployment, SignedDuration::from_secs(10)).await;
    sync_later(&deployment, SignedDuration::from_secs(20)).await;

    assert_eq!(reads(&deployment), 1);
}

#[tokio::test]
async fn a_connector_that_cannot_be_read_is_asked_for_again() {
    let deployment = Deployment::start().await;
    deployment.pluggy.add_fault(Fault {
        method: Some("GET".to_owned()),
        path_prefix: "/connectors/".to_owned(),
        times: Some(1),
        effect: Effect::Status {
            status: 500,
            code_description: None,
        },
    });
    deployment.deliver(&status_updated("1")).await;
    deployment.sync_all().await;
    let connectors = deployment.tables.connector_store();
    let stored = connectors.get(2).await.unwrap().unwrap();
    assert_eq!((stored.reading, stored.sync_failures), (None, 1));
    let check_at = stored.check_at.unwrap();

    let tick = reconcile::handle(&deployment.reconcile(), check_at, in_a_minute())
        .await
        .unwrap();
    assert_eq!(tick.asked, 1);
    sync_later(&deployment, check_at.duration_since(now())).await;

    let stored = connectors.get(2).await.unwrap().unwrap();
    assert!(stored.reading.is_some());
    assert_eq!((stored.check_at, stored.sync_failures), (None, 0));
}

#[tokio::test]
async fn an_older_answer_does_not_replace_a_newer_one() {
    let deployment = Deployment::start().await;
    let connectors = deployment.tables.connector_store();
    let connector = |status: &str| {
        serde_json::from_value(json!({"id": 2, "health": {"status": status}})).unwrap()
    };
    let earlier = now();
    let later = earlier + SignedDuration::from_secs(1);

    connectors
        .put_reading(&connector("OFFLINE"), later)
        .await
        .unwrap();
    connectors
        .put_reading(&connector("ONLINE"), earlier)
        .await
        .unwrap();

    let (stored, read_at) = connectors.get(2).await.unwrap().unwrap().reading.unwrap();
    assert_eq!(stored, connector("OFFLINE"));
    assert_eq!(read_at.as_millisecond(), later.as_millisecond());
}

#[tokio::test]
async fn an_unknown_connector_leaves_nothing() {
    let deployment = Deployment::start().await;
    let mut unknown = status_updated("1");
    unknown["connectorId"] = json!(999_999);
    unknown["id"] = json!("999999");
    deployment.deliver(&unknown).await;
    deployment.pluggy.add_fault(Fault {
        method: Some("GET".to_owned()),
        path_prefix: "/connectors/".to_owned(),
        times: Some(1),
        effect: Effect::Status {
            status: 500,
            code_description: None,
        },
    });
    deployment.sync_all().await;
    let rows = deployment.tables.rows(&deployment.tables.items).await;
    assert_eq!(rows.len(), 1, "it may be known");

    deployment.sync_all().await;

    let rows = deployment.tables.rows(&deployment.tables.items).await;
    assert!(rows.is_empty());
}
