//! The events that other systems of the operator receive on the bus.

use reqwest::Method;
use runtime::clock::now;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::connection::{connect, is_in_phase};
use crate::listener::Listener;
use crate::stack::{Stack, new_user, text};

fn is(detail_type: &str) -> impl Fn(&Value) -> bool {
    move |event| event["detail-type"] == detail_type
}

#[tokio::test]
async fn the_phases_of_a_connection_up_to_ready_are_published() {
    let stack = Stack::running();
    let user = new_user();
    let mut listener = Listener::to(&stack, &json!({ "detail": { "owner": [user] } })).await;

    let id = connect(&stack, &user, "user-ok").await;
    let ready = listener.wait_for(is("item.ready")).await;

    assert_eq!(ready["source"], "pluggy-lambda");
    let detail = &ready["detail"];
    assert_eq!(detail["schemaVersion"], 1);
    assert_eq!(detail["itemId"], json!(id));
    assert_eq!(detail["phase"], "ready");
    assert_ne!(detail["previousPhase"], "ready");
    assert_eq!(detail["nextAction"]["kind"], "none");
    assert_eq!(detail["connector"]["name"], "Pluggy Bank");
    assert_eq!(text(detail, "/id").len(), 64);
    listener.close().await;
}

#[tokio::test]
async fn a_disconnection_is_published_with_its_owner() {
    let stack = Stack::running();
    let user = new_user();
    let mut listener = Listener::to(&stack, &json!({ "detail": { "owner": [user] } })).await;

    let id = connect(&stack, &user, "user-ok").await;
    stack.item_once(&user, &id, is_in_phase("ready")).await;
    let request = stack
        .api_as(&user, Method::DELETE, &format!("/items/{id}"))
        .await;
    assert_eq!(request.send().await.unwrap().status(), 204);
    let deleted = listener.wait_for(is("item.deleted")).await;

    assert_eq!(deleted["detail"]["itemId"], json!(id));
    assert_eq!(deleted["detail"]["phase"], Value::Null);
    listener.close().await;
}

#[tokio::test]
async fn a_webhook_of_any_name_is_published_with_the_body_that_pluggy_sent() {
    let stack = Stack::running();
    let name = format!("brand_new/thing-{}", Uuid::new_v4().simple());
    let detail_type = format!("webhook.{name}");
    let mut listener = Listener::to(&stack, &json!({ "detail-type": [detail_type] })).await;
    let body = json!({ "event": name, "eventId": Uuid::new_v4(), "amount": 1.10, "nested": { "of": [null, "anything"] } });

    let answer = stack.deliver(body.to_string()).await;
    let published = listener.wait_for(is(&detail_type)).await;

    assert_eq!(answer.status(), 200);
    let detail = &published["detail"];
    assert_eq!(detail["event"], json!(name));
    assert_eq!(detail["body"], body);
    assert_eq!(detail["itemId"], Value::Null);
    assert_eq!(detail["truncated"], false);
    listener.close().await;
}

#[tokio::test]
async fn our_fetch_requests_and_quarantined_events_are_not_published() {
    let stack = Stack::running();
    let user = new_user();
    let id = connect(&stack, &user, "user-ok").await;
    let before = stack.item_once(&user, &id, is_in_phase("ready")).await;
    let read_before = text(&before, "/fetchedAt");
    let pattern = json!({ "detail": { "itemId": [id] } });
    let mut listener = Listener::to(&stack, &pattern).await;
    let (foreign, marker) = (Uuid::new_v4(), Uuid::new_v4());

    stack
        .operate(json!({ "action": "replay", "run": Uuid::new_v4(), "itemId": id }))
        .await;
    stack
        .item_once(&user, &id, |item| item["fetchedAt"] != read_before)
        .await;
    for body in [
        json!({ "event": "item/updated", "eventId": foreign, "itemId": id, "clientId": foreign }),
        json!({ "event": "item/marker", "eventId": marker, "itemId": id }),
    ] {
        assert_eq!(stack.deliver(body.to_string()).await.status(), 200);
    }
    // All of it is about one item, so the marker comes last.
    listener.wait_for(is("webhook.item/marker")).await;

    for event in listener.events_received() {
        assert_ne!(event["detail"]["event"], "item/updated", "{event}");
        assert!(!text(event, "/detail-type").contains("replay"), "{event}");
    }
    listener.close().await;
}

#[tokio::test]
async fn a_republished_event_keeps_its_id() {
    let stack = Stack::running();
    let since = now();
    let payment_id = Uuid::new_v4();
    let pattern = json!({ "detail": { "body": { "paymentRequestId": [payment_id] } } });
    let mut listener = Listener::to(&stack, &pattern).await;
    let body = json!({
        "event": "payment_request/updated",
        "eventId": Uuid::new_v4(),
        "paymentRequestId": payment_id,
    });

    stack.deliver(body.to_string()).await;
    let first = listener.wait_for(|_| true).await;
    let mut cursor = Value::Null;
    loop {
        let command = json!({ "action": "republish", "since": since, "cursor": cursor });
        let report = stack.republish(command).await;
        assert_eq!(report["result"], "republished", "{report}");
        cursor = report["cursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    let second = listener.wait_for(|event| event["id"] != first["id"]).await;

    assert_eq!(second["detail"], first["detail"]);
    listener.close().await;
}

#[tokio::test]
async fn a_command_that_republish_does_not_understand_is_refused_by_field() {
    let stack = Stack::running();

    let report = stack
        .republish(json!({ "action": "republish", "since": "yesterday" }))
        .await;

    assert_eq!(report["result"], "refused");
    assert_eq!(report["field"], "since");
}
