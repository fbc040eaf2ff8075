use serde_json::{Value, json};

use crate::client::{Pluggy, settings};
use sandbox::{Settings, Switches};

const URL: &str = "https://hooks.example.com/pluggy";

#[tokio::test]
async fn a_webhook_is_created_listed_shown_changed_and_deleted() {
    let pluggy = Pluggy::start().await;
    let body = json!({ "url": URL, "event": "all", "headers": { "X-Webhook-Secret": "secret" } });

    let created = pluggy.post("/webhooks", body).await;
    assert_eq!(created.status, 201);
    assert_eq!(
        created.body["headers"],
        json!({ "X-Webhook-Secret": "secret" })
    );
    assert_eq!(created.body["disabledAt"], Value::Null);
    let path = format!("/webhooks/{}", created.body["id"].as_str().unwrap());

    let page = pluggy.get("/webhooks").await.body;
    assert_eq!(page["total"], 1);
    assert_eq!(page["results"][0], created.body);

    let changed = pluggy
        .patch(&path, json!({ "event": "item/created" }))
        .await;
    assert_eq!(changed.status, 200);
    assert_eq!(changed.body["event"], "item/created");
    assert_eq!(changed.body["headers"], created.body["headers"]);
    let cleared = pluggy.patch(&path, json!({ "headers": null })).await;
    assert_eq!(cleared.body["headers"], json!({}));

    assert_eq!(pluggy.delete(&path).await.body, json!({ "count": 1 }));
    let gone = pluggy.get(&path).await;
    assert_eq!(gone.status, 404);
    assert_eq!(gone.body["codeDescription"], "WEBHOOK_NOT_FOUND");
}

#[tokio::test]
async fn a_webhook_can_be_disabled_and_enabled() {
    let pluggy = Pluggy::start().await;
    let created = pluggy
        .post("/webhooks", json!({ "url": URL, "event": "all" }))
        .await
        .body;
    let path = format!("/webhooks/{}", created["id"].as_str().unwrap());

    let disabled = pluggy.patch(&path, json!({ "enabled": false })).await.body;
    let enabled = pluggy.patch(&path, json!({ "enabled": true })).await.body;

    assert!(disabled["disabledAt"].is_string());
    assert_eq!(enabled["disabledAt"], Value::Null);
}

#[tokio::test]
async fn a_bad_webhook_is_refused_with_message_and_code_only() {
    let pluggy = Pluggy::start_with(Settings {
        allow_loopback_webhooks: false,
        ..settings()
    })
    .await;

    for body in [
        json!({ "url": "http://127.0.0.1:9/", "event": "all" }),
        json!({ "url": "https://203.0.113.7/", "event": "all" }),
        json!({ "url": URL, "event": "item/all" }),
        json!({ "url": URL }),
        json!({ "url": URL, "event": "all", "headers": { "bad name": "x" } }),
    ] {
        let answer = pluggy.post("/webhooks", body.clone()).await;

        assert_eq!(answer.status, 400, "{body}");
        let fields: Vec<_> = answer.body.as_object().unwrap().keys().collect();
        assert_eq!(fields, ["code", "message"]);
    }
}

#[tokio::test]
async fn the_same_event_and_url_can_be_registered_only_once() {
    let pluggy = Pluggy::start().await;
    let body = json!({ "url": URL, "event": "all" });

    assert_eq!(pluggy.post("/webhooks", body.clone()).await.status, 201);
    assert_eq!(pluggy.post("/webhooks", body).await.status, 400);
    assert_eq!(
        pluggy
            .post("/webhooks", json!({ "url": URL, "event": "item/error" }))
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn an_event_has_at_most_five_webhooks() {
    let pluggy = Pluggy::start().await;

    for number in 1..=6 {
        let body = json!({ "url": format!("{URL}/{number}"), "event": "all" });
        let expected = if number <= 5 { 201 } else { 400 };
        assert_eq!(pluggy.post("/webhooks", body).await.status, expected);
    }
}

#[tokio::test]
async fn creation_can_be_answered_with_200() {
    let pluggy = Pluggy::start().await;
    pluggy.sandbox.set_switches(Switches {
        webhook_created_with_ok: true,
        ..Switches::default()
    });

    assert_eq!(
        pluggy
            .post("/webhooks", json!({ "url": URL, "event": "all" }))
            .await
            .status,
        200
    );
}
