//! A connector's health, from the event to the response that shows it to a user.

use jiff::SignedDuration;
use runtime::clock::now;
use sandbox::{Effect, Fault, HealthStatus};
use serde_json::json;
use store::Write;
use tests::deployment::in_a_minute;
use tests::outage::unavailable;
use tests::{Deployment, Tables};

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
async fn connector_events_received_before_the_last_fetch_cost_no_fetch() {
    let deployment = Deployment::start().await;
    deployment.deliver(&status_updated("1")).await;
    deployment.deliver(&status_updated("2")).await;

    sync_later(&deployment, SignedDuration::from_secs(10)).await;
    sync_later(&deployment, SignedDuration::from_secs(20)).await;

    assert_eq!(reads(&deployment), 1);
}

#[tokio::test]
async fn a_connector_fetch_that_fails_is_retried() {
    let deployment = Deployment::start().await;
    deployment.pluggy.add_fault(Fault {
        times: Some(1),
        ..unavailable("/connectors/")
    });
    deployment.deliver(&status_updated("1")).await;
    deployment.sync_all().await;
    let connectors = deployment.tables.connector_store();
    let stored = connectors.get(2).await.unwrap().unwrap();
    assert_eq!((stored.connector, stored.fetch_failures), (None, 1));
    let next_fetch_at = stored.next_fetch_at.unwrap();

    let run = scheduler::handle(&deployment.scheduler(), next_fetch_at, in_a_minute())
        .await
        .unwrap();
    assert_eq!(run.requested, 1);
    sync_later(&deployment, next_fetch_at.duration_since(now())).await;

    let stored = connectors.get(2).await.unwrap().unwrap();
    assert!(stored.connector.is_some());
    let next_day = stored.fetched_at.unwrap() + SignedDuration::from_hours(24);
    assert_eq!(
        (stored.next_fetch_at, stored.fetch_failures),
        (Some(next_day), 0)
    );
}

#[tokio::test]
async fn an_older_response_does_not_replace_a_newer_one() {
    let deployment = Deployment::start().await;
    let connectors = deployment.tables.connector_store();
    let connector = |status: &str| {
        serde_json::from_value(json!({"id": 2, "health": {"status": status}})).unwrap()
    };
    let earlier = now();
    let later = earlier + SignedDuration::from_secs(1);

    connectors
        .put_snapshot(&connector("OFFLINE"), later, later)
        .await
        .unwrap();
    connectors
        .put_snapshot(&connector("ONLINE"), later, earlier)
        .await
        .unwrap();

    connectors.put_missing(2, later, earlier).await.unwrap();

    let stored = connectors.get(2).await.unwrap().unwrap();
    assert_eq!(stored.missing_since, None);
    assert_eq!(stored.connector, Some(connector("OFFLINE")));
    let fetched_at = stored.fetched_at.unwrap();
    assert_eq!(fetched_at.as_millisecond(), later.as_millisecond());
}

fn retire(deployment: &Deployment, times: u32) {
    deployment.pluggy.add_fault(Fault {
        method: Some("GET".to_owned()),
        path_prefix: "/connectors/2".to_owned(),
        times: Some(times),
        effect: Effect::Status {
            status: 404,
            code_description: Some("CONNECTOR_NOT_FOUND".to_owned()),
        },
    });
}

/// Runs scheduler when the connector's fetch is due, and feeds the request to item-sync.
async fn fetch_when_due(deployment: &Deployment) {
    let connectors = deployment.tables.connector_store();
    let stored = connectors.get(2).await.unwrap().unwrap();
    let next_fetch_at = stored.next_fetch_at.unwrap();
    scheduler::handle(&deployment.scheduler(), next_fetch_at, in_a_minute())
        .await
        .unwrap();
    sync_later(deployment, next_fetch_at.duration_since(now())).await;
}

#[tokio::test]
async fn a_connector_that_pluggy_retired_asks_its_users_to_connect_again() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment.item_reaches(item_id, "UPDATED").await;
    deployment
        .deliver(&event("item/created", "1", item_id))
        .await;
    deployment.sync_all().await;
    retire(&deployment, 2);

    deployment.deliver(&status_updated("2")).await;
    deployment.sync_all().await;
    let (_, item) = deployment.status_of(USER, item_id).await;
    assert_eq!(item["phase"], "ready", "one 404 proves nothing");

    fetch_when_due(&deployment).await;
    let (_, item) = deployment.status_of(USER, item_id).await;
    assert_eq!(item["connector"]["retired"], true);
    assert_eq!(item["phase"], "reconnect");
    assert_eq!(item["nextAction"]["kind"], "connect_again");
    assert_eq!(item["nextAction"]["connectToken"], json!({}));

    fetch_when_due(&deployment).await;
    let (_, item) = deployment.status_of(USER, item_id).await;
    assert_eq!(item["phase"], "ready", "Pluggy has it after all");
    assert_eq!(item["connector"]["retired"], false);
}

#[tokio::test]
async fn a_failed_fetch_does_not_reset_a_missing_connector() {
    let deployment = Deployment::start().await;
    let connectors = deployment.tables.connector_store();
    let known = serde_json::from_value(json!({"id": 2})).unwrap();
    let an_hour_ago = now() - SignedDuration::from_hours(1);
    connectors
        .put_snapshot(&known, now(), an_hour_ago)
        .await
        .unwrap();
    retire(&deployment, 1);
    deployment.deliver(&status_updated("1")).await;
    deployment.sync_all().await;
    let stored = connectors.get(2).await.unwrap().unwrap();
    assert_eq!(stored.connector, Some(known), "one 404 proves nothing");
    let missing_since = stored.missing_since.unwrap();

    deployment.pluggy.add_fault(Fault {
        times: Some(1),
        ..unavailable("/connectors/")
    });
    fetch_when_due(&deployment).await;

    let stored = connectors.get(2).await.unwrap().unwrap();
    assert_eq!(stored.missing_since, Some(missing_since));
    assert!(!stored.is_retired());
    assert_eq!(stored.fetch_failures, 1);
}

#[tokio::test]
async fn the_connector_of_a_failing_item_is_fetched_without_an_event() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, "user-unavailable").await;
    deployment.item_reaches(item_id, "OUTDATED").await;
    deployment.deliver(&event("item/error", "1", item_id)).await;
    deployment.sync_all().await;
    deployment
        .pluggy
        .set_connector_health(BANK, HealthStatus::Offline);

    fetch_when_due(&deployment).await;

    let (_, item) = deployment.status_of(USER, item_id).await;
    assert_eq!(item["connector"]["health"], "OFFLINE");
    assert_eq!(reads(&deployment), 1);
}

#[tokio::test]
async fn a_connector_that_this_process_has_just_seen_is_not_written_again() {
    let tables = Tables::create().await;
    let connectors = tables.connector_store();
    let (start, bank) = (now(), i64::from(BANK));
    let minutes = |minutes| start + SignedDuration::from_mins(minutes);
    assert_eq!(connectors.watch(bank, start).await.unwrap(), Write::Done);
    let of_another_process = tables.connector_store();
    of_another_process.forget(bank, start).await.unwrap();

    connectors.watch(bank, minutes(59)).await.unwrap();
    assert_eq!(connectors.get(bank).await.unwrap(), None);
    connectors.watch(bank, minutes(60)).await.unwrap();
    assert!(connectors.get(bank).await.unwrap().is_some());

    connectors.forget(bank, minutes(60)).await.unwrap();
    connectors.watch(bank, minutes(61)).await.unwrap();
    assert!(
        connectors.get(bank).await.unwrap().is_some(),
        "forgotten here"
    );
}
