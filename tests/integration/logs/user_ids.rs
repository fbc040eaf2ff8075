//! Requests and commands that name users: no line of the log has a user's id or the identity of a backend.

use runtime::clock::now;
use serde_json::json;
use tests::deployment::in_a_minute;
use tests::{Deployment, sample};

use super::{Log, PERSONAL, USER};
use crate::inspect::inspected;

#[tokio::test]
async fn commands_of_operators_are_logged_without_user_ids() {
    let log = Log::start();
    let deployment = Deployment::start().await;
    let operator = deployment.operator();
    let run = "2f1e0d9c-0000-4000-8000-000000000020";
    let item_id = deployment.connect(USER, "user-ok").await;
    let event = json!({
        "event": "item/error", "eventId": "1", "itemId": item_id, "clientUserId": USER, "note": PERSONAL,
    });
    deployment.deliver(&event).await;
    deployment.sync_all().await;

    for command in [
        json!({"action": "replay", "run": run, "clientUserId": USER}),
        json!({"action": "import", "run": run, "items": [{"itemId": item_id, "clientUserId": USER}]}),
        json!({"action": "export", "clientUserId": [PERSONAL]}),
    ] {
        operator::handle(&operator, command, now(), in_a_minute())
            .await
            .unwrap();
    }
    for event in [
        json!({"action": "inspect", "itemId": item_id}),
        json!({"action": "inspect", "clientUserId": USER}),
        json!({"action": "inspect", "clientUserId": [PERSONAL]}),
        json!({"action": "inspect", "clientUserId": USER, "cursor": PERSONAL}),
        json!({"clientUserId": USER, "widgetContext": {}}),
        json!({"itemId": PERSONAL, "widgetContext": {}}),
        json!({"search": true, "widgetContext": {"forms": {"all": {"query": PERSONAL}}}}),
    ] {
        inspected(&deployment, event).await;
    }

    log.assert_lacks(&[USER, PERSONAL]);
    assert!(log.text().contains("command carried out") && log.text().contains("command refused"));
    assert!(!log.text().contains(r#""level":"ERROR""#), "{}", log.text());
}

#[tokio::test]
async fn relayed_events_are_logged_without_user_ids() {
    let log = Log::start();
    let deployment = Deployment::start().await;
    tracing::info!("what follows is logged");
    let item = json!({
        "id": "9a7b6c5d-0000-4000-8000-000000000001", "clientUserId": USER,
        "error": {"code": "ACCOUNT_NEEDS_ACTION", "message": PERSONAL},
    });

    for body in [
        json!({"event": "onSuccess", "timestamp": 1, "item": item}),
        json!({"event": "onError", "timestamp": 1, "message": PERSONAL, "data": {"item": item}}),
        json!({"event": "onError", "timestamp": 1, "code": PERSONAL}),
        json!({"event": "onOpen", "timestamp": 1, "itemId": PERSONAL}),
        json!({"event": PERSONAL, "timestamp": 1}),
        json!({"event": "x", "timestamp": 1, PERSONAL: PERSONAL}),
        json!([PERSONAL]),
    ] {
        let request = sample::with_body("connect-events/on-open.json", USER, &body);
        connect_events::handle(&deployment.connect_events(), request, now()).await;
    }
    deployment.sync_all().await;

    log.assert_lacks(&[USER, PERSONAL]);
    assert!(!log.text().contains(r#""level":"ERROR""#), "{}", log.text());
    let counted = format!("{:?}", deployment.metrics.lines());
    assert!(counted.contains("onSuccess"));
    for personal in [USER, PERSONAL] {
        assert!(!counted.contains(personal), "{personal} in {counted}");
    }
}

#[tokio::test]
async fn requests_of_backends_are_logged_without_identities() {
    let log = Log::start();
    let deployment = Deployment::start().await;
    tracing::info!("what follows is logged");
    let event = sample::json("item-status/backend-list.json");
    let mut foreign = event.clone();
    foreign["requestContext"]["authorizer"]["iam"]["userArn"] =
        "arn:aws:sts::123456789012:assumed-role/admin/maria@example.com".into();
    let mut unusable = event.clone();
    unusable["pathParameters"]["userId"] = "maria%40example.com".into();

    for (event, status) in [(event, 200), (foreign, 403), (unusable, 400)] {
        let request = sample::request_of(&event);
        let response = item_status::handle(&deployment.item_status(), request, now()).await;

        assert_eq!(response.status(), status);
    }

    log.assert_lacks(&[USER, "maria", "admin", "web-1"]);
    assert_eq!(log.text().matches("request refused").count(), 2);
    assert!(!log.text().contains(r#""level":"ERROR""#), "{}", log.text());
}
