//! Responses to the caller when Pluggy or the tables fail.

use std::time::Duration;

use jiff::SignedDuration;
use runtime::clock::now;
use runtime::metrics::Emitter;
use sandbox::{Effect, Fault};
use serde_json::{Value, json};
use store::{Disconnection, Events, Items, Limits, NewEvent, SharedApiKey};
use tests::deployment::{CLIENT_SECRET, callers, client_at};
use tests::secrets::secrets;
use tests::tables::{EVENT_RETENTION, client};
use tests::{Deployment, sample};
use tokio::time::Instant;

use super::{USER, delete, deletions, known_item};
use crate::observed::Observed;

fn fault(effect: Effect) -> Fault {
    Fault {
        method: Some("DELETE".to_owned()),
        path_prefix: "/items/".to_owned(),
        times: None,
        effect,
    }
}

fn status(status: u16, code_description: Option<&str>) -> Effect {
    Effect::Status {
        status,
        code_description: code_description.map(str::to_owned),
    }
}

async fn rows(deployment: &Deployment) -> usize {
    deployment.tables.event_rows().await.len()
}

#[tokio::test]
async fn when_pluggy_is_down_or_limiting_the_caller_gets_a_retry_delay() {
    let cases = [
        (status(500, None), 503, "5"),
        (Effect::Disconnect, 503, "5"),
        (Effect::Hang, 503, "5"),
        (Effect::RateLimited { reset_seconds: 23 }, 503, "23"),
        (status(404, None), 502, "60"),
    ];
    for (effect, status, retry_after) in cases {
        let what = format!("{effect:?}");
        let deployment = Deployment::start().await;
        let item_id = known_item(&deployment).await;
        let rows_before = rows(&deployment).await;
        deployment.pluggy.add_fault(fault(effect));

        let response = delete(&deployment, USER, item_id).await;

        assert_eq!(response.status(), status, "{what}");
        assert_eq!(response.headers()["retry-after"], retry_after, "{what}");
        assert_eq!(rows(&deployment).await, rows_before + 1, "{what}: asked");
        deployment.pluggy.clear_faults();
        assert_eq!(
            delete(&deployment, USER, item_id).await.status(),
            204,
            "{what}: later it works"
        );
    }
}

#[tokio::test]
async fn a_deletion_counts_by_its_status_whatever_its_body_is() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment).await;
    deployment.pluggy.add_fault(fault(Effect::Garbage));

    assert_eq!(delete(&deployment, USER, item_id).await.status(), 204);
}

#[tokio::test]
async fn a_refusal_by_pluggy_is_reported_with_its_code_and_nothing_else() {
    let cases = [
        (
            status(400, Some("ITEM_IS_ALREADY_UPDATING")),
            json!("ITEM_IS_ALREADY_UPDATING"),
        ),
        (status(409, Some("A_NEW_CODE_2")), json!("A_NEW_CODE_2")),
        (
            status(403, Some("CLIENT_IP_NOT_ALLOWED")),
            json!("CLIENT_IP_NOT_ALLOWED"),
        ),
        (status(400, Some("Maria owns this")), Value::Null),
        (status(422, None), Value::Null),
    ];
    for (effect, code) in cases {
        let what = format!("{effect:?}");
        let deployment = Deployment::start().await;
        let item_id = known_item(&deployment).await;
        let rows_before = rows(&deployment).await;
        deployment.pluggy.add_fault(fault(effect));

        let response = delete(&deployment, USER, item_id).await;

        assert_eq!(response.status(), 409, "{what}");
        let mut expected = json!({
            "type": "urn:pluggy-lambda:problem:disconnect-refused",
            "title": "The item cannot be disconnected now",
            "status": 409,
        });
        if !code.is_null() {
            expected["code"] = code;
        }
        let problem: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(problem, expected, "{what}");
        assert_eq!(rows(&deployment).await, rows_before + 1, "{what}: asked");
        super::sync_later(&deployment, SignedDuration::from_secs(5)).await;
        assert_eq!(deployment.status_of(USER, item_id).await.0, 200, "{what}");
    }
}

#[tokio::test]
async fn a_connection_that_died_while_the_process_was_frozen_costs_nothing() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment).await;
    deployment.pluggy.add_fault(Fault {
        times: Some(1),
        ..fault(Effect::Disconnect)
    });

    assert_eq!(delete(&deployment, USER, item_id).await.status(), 204);
}

#[tokio::test]
async fn no_item_is_deleted_whose_deletion_cannot_be_remembered() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment).await;
    let observed = Observed::refusing_on_events("PutItem");
    let mut app = deployment.disconnect();
    app.events = Events::new(
        observed.client(&deployment.tables),
        deployment.tables.events.clone(),
    );
    let request = || sample::delete_item(USER, &item_id.to_string());

    let failed = disconnect::handle(&app, request(), now()).await;
    assert_eq!(failed.status(), 503);
    assert_eq!(failed.headers()["retry-after"], "5");
    assert_eq!(deletions(&deployment, item_id), 0);

    let repeated = delete(&deployment, USER, item_id).await;
    assert_eq!(repeated.status(), 204);
}

#[tokio::test]
async fn a_caller_who_lost_the_answer_repeats_whatever_happened_since() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment).await;
    let user = USER.parse().unwrap();
    let asked = NewEvent::disconnection(item_id, &user, Disconnection::Asked, now());
    deployment.tables.insert_event(&asked).await;
    let pluggy = deployment.pluggy_client();
    pluggy.delete_item(item_id, now()).await.unwrap();
    super::deliver_deletion(&deployment, item_id).await;
    assert_eq!(deployment.status_of(USER, item_id).await.0, 404);

    let repeated = delete(&deployment, USER, item_id).await;

    assert_eq!(repeated.status(), 204);
    assert_eq!(delete(&deployment, "usr_2", item_id).await.status(), 404);
}

#[tokio::test]
async fn a_second_try_requests_a_fetch_and_proves_what_the_first_could_not() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment).await;
    deployment.pluggy.add_fault(Fault {
        times: Some(1),
        ..fault(status(404, Some("ITEM_NOT_FOUND")))
    });
    assert_eq!(delete(&deployment, USER, item_id).await.status(), 204);
    super::sync_later(&deployment, SignedDuration::ZERO).await;
    assert_eq!(deployment.status_of(USER, item_id).await.0, 200);

    assert_eq!(delete(&deployment, USER, item_id).await.status(), 204);
    super::sync_later(&deployment, SignedDuration::from_secs(1)).await;

    assert_eq!(deployment.status_of(USER, item_id).await.0, 404);
}

#[tokio::test]
async fn no_success_is_claimed_where_it_is_unknown_who_disconnected_the_item() {
    let deployment = Deployment::start().await;
    let observed = Observed::refusing_on_events("GetItem");
    let mut app = deployment.disconnect();
    app.events = Events::new(
        observed.client(&deployment.tables),
        deployment.tables.events.clone(),
    );

    let response =
        disconnect::handle(&app, sample::request("disconnect/item-unknown.json"), now()).await;

    assert_eq!(response.status(), 503);
}

#[tokio::test(start_paused = true)]
async fn tables_that_hang_are_answered_with_a_problem() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let table = || "table".to_owned();
    let credentials = SharedApiKey::new(client(&url), table());
    let app = disconnect::App {
        pluggy: client_at(&url, secrets(CLIENT_SECRET), credentials),
        items: Items::new(client(&url), table()),
        events: Events::new(client(&url), table()),
        limits: Limits::new(client(&url), table()),
        event_retention: EVENT_RETENTION,
        callers: callers(),
        metrics: Emitter::in_memory(),
    };
    let begin = Instant::now();

    let answer = disconnect::handle(&app, sample::request("disconnect/item.json"), now()).await;

    assert_eq!(answer.status(), 503);
    assert!(answer.headers().contains_key("retry-after"));
    assert!(
        begin.elapsed() < Duration::from_secs(15),
        "of a clock that only waiting moves"
    );
}
