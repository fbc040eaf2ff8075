//! `DELETE /items/{itemId}`, from the gateway's event to the response and the remaining rows of the item.

mod failures;
mod privacy;

use connection::MISSING_CONFIRMATION_DELAY;
use jiff::SignedDuration;
use lambda_http::http::Method;
use lambda_http::{Body, Request, Response};
use pluggy::ItemId;
use runtime::clock::now;
use sandbox::Fault;
use serde_json::{Value, json};
use tests::deployment::in_a_minute;
use tests::outage::unavailable;
use tests::{Deployment, sample, stream};

use crate::openapi::check_answer;

const USER: &str = "usr_01J9X";

async fn answer(deployment: &Deployment, request: Request) -> Response<Body> {
    // The gateway passes no other event on; the function refuses other events all the same.
    let is_described = request.method() == Method::DELETE;
    let answer = disconnect::handle(&deployment.disconnect(), request, now()).await;
    if is_described {
        check_answer("DELETE", "/items/{itemId}", &answer);
    }
    answer
}

async fn delete(deployment: &Deployment, user: &str, item_id: ItemId) -> Response<Body> {
    answer(deployment, sample::delete_item(user, &item_id.to_string())).await
}

/// Returns an item of [`USER`]'s that our API shows.
async fn known_item(deployment: &Deployment) -> ItemId {
    let item_id = deployment.connect(USER, "user-ok").await;
    deployment
        .deliver(&event("item/created", "1", item_id))
        .await;
    deployment.sync_all().await;
    item_id
}

/// Returns a known item after Pluggy's webhook has reported its deletion.
async fn tombstone(deployment: &Deployment) -> ItemId {
    let item_id = known_item(deployment).await;
    deployment
        .pluggy_client()
        .delete_item(item_id, now())
        .await
        .unwrap();
    deliver_deletion(deployment, item_id).await;
    item_id
}

/// Delivers Pluggy's deletion event and handles it.
async fn deliver_deletion(deployment: &Deployment, item_id: ItemId) {
    deployment
        .deliver(&event("item/deleted", "2", item_id))
        .await;
    sync_later(deployment, SignedDuration::from_secs(5)).await;
}

async fn sync_later(deployment: &Deployment, later: SignedDuration) {
    let batch = stream::batch(&deployment.tables.event_rows().await);
    let later = now() + later;
    let answer = item_sync::handle(&deployment.item_sync(), &batch, later, in_a_minute()).await;
    assert_eq!(answer.batch_item_failures, []);
}

fn event(name: &str, event_id: &str, item_id: ItemId) -> Value {
    json!({"event": name, "eventId": event_id, "itemId": item_id, "clientUserId": USER})
}

fn deletions(deployment: &Deployment, item_id: ItemId) -> usize {
    deployment.requests_for("DELETE", &format!("/items/{item_id}"))
}

#[tokio::test]
async fn a_user_deletes_their_own_item_at_pluggy_and_requests_a_fetch() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment).await;

    let response = delete(&deployment, USER, item_id).await;

    assert_eq!(response.status(), 204);
    assert!(response.body().is_empty());
    assert_eq!(deletions(&deployment, item_id), 1);
    let gone = deployment.pluggy_client().item(item_id, now()).await;
    assert_eq!(gone.unwrap(), None);
    let rows = deployment.tables.event_rows().await;
    let marker = rows.last().unwrap();
    assert_eq!(marker["pk"].as_s().unwrap(), &format!("ITEM#{item_id}"));
    assert_eq!(marker["event"].as_s().unwrap(), "disconnected");
    assert_eq!(marker["origin"].as_s().unwrap(), "internal");
    assert!(
        !format!("{:?}", &rows[1..]).contains(USER),
        "these rows outlive what else names the user"
    );
}

/// An event alone names the user, so the user may have forged it.
#[tokio::test]
async fn an_item_that_was_never_fetched_is_deleted_only_after_its_first_fetch() {
    let deployment = Deployment::start().await;
    let item_id = deployment.never_fetched_item(USER).await;
    let events = deployment.tables.event_rows().await.len();

    let response = delete(&deployment, USER, item_id).await;

    assert_eq!(response.status(), 409);
    assert_eq!(response.headers()["retry-after"], "5");
    let problem: Value = serde_json::from_slice(response.body()).unwrap();
    assert_eq!(
        problem["type"],
        "urn:pluggy-lambda:problem:item-not-fetched"
    );
    assert_eq!(deletions(&deployment, item_id), 0);
    assert_eq!(deployment.tables.event_rows().await.len(), events);
    let of_another = delete(&deployment, "usr_2", item_id).await;
    assert_eq!(of_another.status(), 404);

    deployment.pluggy.clear_faults();
    deployment.sync_all().await;
    assert_eq!(delete(&deployment, USER, item_id).await.status(), 204);
}

#[tokio::test]
async fn an_item_that_pluggy_deleted_at_our_request_is_gone_after_the_fetch() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment).await;
    delete(&deployment, USER, item_id).await;

    sync_later(&deployment, SignedDuration::from_secs(5)).await;

    assert_eq!(deployment.status_of(USER, item_id).await.0, 404);
    assert_eq!(deployment.items_of(USER).await["items"], json!([]));
    let missing = deployment
        .metrics
        .lines()
        .iter()
        .any(|line| line.get("ItemsMissing").is_some());
    assert!(!missing, "nobody is to be woken for it");
}

#[tokio::test]
async fn an_unanswered_fetch_is_retried_with_the_same_proof() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment).await;
    delete(&deployment, USER, item_id).await;
    deployment.pluggy.add_fault(Fault {
        times: Some(1),
        ..unavailable("/items/")
    });
    sync_later(&deployment, SignedDuration::from_secs(5)).await;
    assert_eq!(deployment.status_of(USER, item_id).await.0, 200);

    fetch_when_due(&deployment, SignedDuration::from_mins(1)).await;

    assert_eq!(deployment.status_of(USER, item_id).await.0, 404);
}

#[tokio::test]
async fn an_item_that_pluggy_did_not_find_is_gone_after_the_second_404() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment).await;
    let client = deployment.pluggy_client();
    client.delete_item(item_id, now()).await.unwrap();
    delete(&deployment, USER, item_id).await;

    sync_later(&deployment, SignedDuration::from_secs(5)).await;
    assert_eq!(
        deployment.status_of(USER, item_id).await.0,
        200,
        "the wrong application's keys find nothing either"
    );

    let later = MISSING_CONFIRMATION_DELAY + SignedDuration::from_mins(1);
    fetch_when_due(&deployment, later).await;

    assert_eq!(deployment.status_of(USER, item_id).await.0, 404);
}

/// Runs scheduler at a later time, and feeds item-sync that fetch request alone.
async fn fetch_when_due(deployment: &Deployment, later: SignedDuration) {
    let later = now() + later;
    scheduler::handle(&deployment.scheduler(), later, in_a_minute())
        .await
        .unwrap();
    let rows = deployment.tables.event_rows().await;
    let batch = stream::batch(&rows[rows.len() - 1..]);
    item_sync::handle(&deployment.item_sync(), &batch, later, in_a_minute()).await;
}

#[tokio::test]
async fn to_disconnect_again_changes_nothing_and_is_no_error() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment).await;

    let first = delete(&deployment, USER, item_id).await;
    let at_once = delete(&deployment, USER, item_id).await;
    deliver_deletion(&deployment, item_id).await;
    let after_the_tombstone = delete(&deployment, USER, item_id).await;

    for response in [&first, &at_once, &after_the_tombstone] {
        assert_eq!(response.status(), 204);
        assert_eq!(response.headers(), first.headers());
    }
    assert_eq!(
        deletions(&deployment, item_id),
        2,
        "of a tombstone pluggy is not asked"
    );
    let rows = deployment.tables.event_rows().await;
    let names: Vec<&str> = rows
        .iter()
        .map(|row| row["event"].as_s().unwrap().as_str())
        .collect();
    assert_eq!(
        names.iter().filter(|name| **name == "disconnected").count(),
        1
    );
    assert_eq!(
        names
            .iter()
            .filter(|name| **name == "disconnect-asked")
            .count(),
        1
    );
}

#[tokio::test]
async fn a_remembered_deletion_ends_with_its_event() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment).await;
    delete(&deployment, USER, item_id).await;
    deliver_deletion(&deployment, item_id).await;

    let app = deployment.disconnect();
    let request = || sample::delete_item(USER, &item_id.to_string());
    let just_before = now() + tests::tables::EVENT_RETENTION - SignedDuration::from_mins(1);
    let after = now() + tests::tables::EVENT_RETENTION + SignedDuration::from_mins(1);

    assert_eq!(
        disconnect::handle(&app, request(), just_before)
            .await
            .status(),
        204
    );
    assert_eq!(
        disconnect::handle(&app, request(), after).await.status(),
        404
    );
}

#[tokio::test]
async fn an_item_that_is_gone_at_pluggy_already_is_disconnected() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment).await;
    deployment
        .pluggy_client()
        .delete_item(item_id, now())
        .await
        .unwrap();

    assert_eq!(delete(&deployment, USER, item_id).await.status(), 204);
}

#[tokio::test]
async fn bad_requests_are_refused_before_any_request() {
    let deployment = Deployment::start().await;
    let cases = [
        ("disconnect/item-id-not-a-uuid.json", 400, Some("itemId")),
        ("disconnect/no-owner-claim.json", 401, None),
        ("disconnect/item-unknown.json", 404, None),
        ("item-status/item.json", 404, None),
    ];
    for (path, status, field) in cases {
        let response = answer(&deployment, sample::request(path)).await;

        assert_eq!(response.status(), status, "{path}");
        assert_eq!(
            response.headers()["content-type"],
            "application/problem+json",
            "{path}"
        );
        let problem: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(problem["field"].as_str(), field, "{path}");
    }
    assert_eq!(deployment.pluggy.requests().len(), 0);
}

#[tokio::test]
async fn the_sample_request_deletes_the_item_that_it_names() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment).await;
    let mut sample = sample::json("disconnect/item.json");
    sample["pathParameters"]["itemId"] = item_id.to_string().into();

    let response = answer(&deployment, sample::request_of(&sample)).await;

    assert_eq!(response.status(), 204);
}

#[tokio::test]
async fn the_marker_is_a_fetch_request_and_no_event_of_pluggys() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment).await;
    delete(&deployment, USER, item_id).await;

    let target = store::Target::Item(item_id);
    let events = deployment.tables.event_store();
    let timeline = events.timeline(target, now(), in_a_minute()).await.unwrap();
    let ours = tests::deployment::CLIENT_ID.parse().unwrap();
    let history = events.history(target, ours, now()).await.unwrap();

    let marker = &timeline.events[0];
    assert_eq!(
        (marker.kind.as_str(), marker.origin.as_str()),
        ("disconnected", "internal")
    );
    assert!(
        marker.key.sort.starts_with("#disconnected-"),
        "{}",
        marker.key.sort
    );
    assert!(!history.is_deleted, "only pluggy says that");
    assert_eq!(history.owner().unwrap().user.as_str(), USER);
}

#[tokio::test]
async fn a_replay_does_not_treat_the_marker_as_a_new_event() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment).await;
    delete(&deployment, USER, item_id).await;
    deliver_deletion(&deployment, item_id).await;
    let marked_at = deployment.tables.event_rows().await[1]["receivedAt"]
        .as_n()
        .unwrap()
        .parse()
        .unwrap();
    for row in deployment.tables.event_rows().await {
        if row["origin"].as_s().unwrap() == "webhook" {
            deployment
                .tables
                .client
                .delete_item()
                .table_name(&deployment.tables.events)
                .key("pk", row["pk"].clone())
                .key("sk", row["sk"].clone())
                .send()
                .await
                .unwrap();
        }
    }
    let since = jiff::Timestamp::from_millisecond(marked_at).unwrap();
    let command = json!({
        "action": "replay", "run": "2f1e0d9c-0000-4000-8000-000000000020", "since": since,
    });

    let report = operator::handle(&deployment.operator(), command, now(), in_a_minute())
        .await
        .unwrap();

    let report = serde_json::to_value(report).unwrap();
    assert_eq!(report["replayed"], 0, "{report}");
}
