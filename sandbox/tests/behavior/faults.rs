use std::time::{Duration, Instant};

use hyper::Method;
use jiff::Timestamp;
use sandbox::{Effect, Fault};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::client::Pluggy;

fn next_connector_request(effect: Effect) -> Fault {
    Fault {
        method: Some("GET".to_owned()),
        path_prefix: "/connectors".to_owned(),
        times: Some(1),
        effect,
    }
}

#[tokio::test]
async fn a_fault_spoils_the_next_request_only() {
    let pluggy = Pluggy::start().await;
    pluggy
        .sandbox
        .add_fault(next_connector_request(Effect::Status {
            status: 503,
            code_description: Some("INTERNAL_SERVER_ERROR".to_owned()),
        }));

    assert_eq!(pluggy.get("/webhooks").await.status, 200);
    let spoiled = pluggy.get("/connectors/2").await;
    assert_eq!(spoiled.status, 503);
    assert_eq!(spoiled.body["codeDescription"], "INTERNAL_SERVER_ERROR");
    assert_eq!(pluggy.get("/connectors/2").await.status, 200);
}

async fn spoiled(effect: Effect) -> Pluggy {
    let pluggy = Pluggy::start().await;
    pluggy.sandbox.add_fault(next_connector_request(effect));
    pluggy
}

#[tokio::test]
async fn a_rate_limit_can_be_forced() {
    let pluggy = spoiled(Effect::RateLimited { reset_seconds: 7 }).await;

    let answer = pluggy.get("/connectors").await;

    assert_eq!(answer.status, 429);
    assert_eq!(answer.headers["ratelimit-reset"], "7");
    assert_eq!(answer.headers["retry-after"], "60");
}

#[tokio::test]
async fn an_answer_can_be_garbage() {
    let pluggy = spoiled(Effect::Garbage).await;

    let answer = pluggy.get("/connectors").await;

    assert_eq!(answer.status, 200);
    assert!(answer.body.is_null());
}

#[tokio::test]
async fn an_answer_can_be_late() {
    let pluggy = spoiled(Effect::Delay { milliseconds: 80 }).await;
    let started_at = Instant::now();

    let answer = pluggy.get("/connectors").await;

    assert_eq!(answer.status, 200);
    assert!(started_at.elapsed() >= Duration::from_millis(80));
}

#[tokio::test]
async fn an_answer_can_be_missing() {
    let pluggy = spoiled(Effect::Hang).await;
    let patience = Duration::from_millis(80);

    assert!(timeout(patience, pluggy.get("/connectors")).await.is_err());

    let request = pluggy.sandbox.requests().pop().unwrap();
    assert_eq!(
        (request.path.as_str(), request.status),
        ("/connectors", None)
    );
}

#[tokio::test]
async fn a_connection_can_be_closed_without_an_answer() {
    let pluggy = spoiled(Effect::Disconnect).await;

    let cut_off = pluggy
        .try_send(Method::GET, "/connectors", None, None)
        .await;

    assert!(cut_off.is_err());
    assert_eq!(pluggy.get("/connectors").await.status, 200);
}

#[tokio::test]
async fn a_request_has_its_time_and_whether_a_browser_sent_it() {
    let pluggy = Pluggy::start().await;
    let before = created_at(&pluggy).await;
    pluggy.get("/connectors").await;
    pluggy.get_from_browser("/connectors").await;
    let after = created_at(&pluggy).await;

    let listed = pluggy
        .get("/sandbox/requests?pathPrefix=/connectors")
        .await
        .body;

    let requests = listed["requests"].as_array().unwrap();
    let from_browser: Vec<_> = requests.iter().map(|one| &one["fromBrowser"]).collect();
    assert_eq!(from_browser, [false, true]);
    let times: Vec<_> = requests.iter().map(|one| time(&one["at"])).collect();
    assert!(before <= times[0] && times[0] <= times[1] && times[1] <= after);
}

/// Returns the time of a new item.
async fn created_at(pluggy: &Pluggy) -> Timestamp {
    let id = pluggy.connect(2, "user-ok").await;
    time(&pluggy.get(&format!("/items/{id}")).await.body["createdAt"])
}

fn time(text: &Value) -> Timestamp {
    text.as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn everything_can_be_controlled_over_http() {
    let pluggy = Pluggy::start().await;
    let fault =
        json!({ "pathPrefix": "/connectors", "effect": { "kind": "status", "status": 500 } });

    assert_eq!(pluggy.post("/sandbox/faults", fault).await.status, 204);
    assert_eq!(pluggy.get("/connectors").await.status, 500);
    assert_eq!(
        pluggy.get("/sandbox/faults").await.body["faults"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(pluggy.delete("/sandbox/faults").await.status, 204);
    assert_eq!(pluggy.get("/connectors").await.status, 200);

    let requests = pluggy
        .get("/sandbox/requests?method=GET&pathPrefix=/connectors")
        .await
        .body;
    assert_eq!(requests["count"], 2);
    assert_eq!(requests["requests"][0]["status"], 500);
    assert_eq!(pluggy.sandbox.requests().len(), 3);

    let switches = json!({ "omitClientUserId": true });
    assert_eq!(
        pluggy
            .send(Method::PUT, "/sandbox/switches", None, Some(switches))
            .await
            .status,
        200
    );
    assert_eq!(
        pluggy.get("/sandbox/switches").await.body["omitClientUserId"],
        true
    );
    let typo = json!({ "omitClientUser": true });
    assert_eq!(
        pluggy
            .send(Method::PUT, "/sandbox/switches", None, Some(typo))
            .await
            .status,
        400
    );

    let id = pluggy.connect(2, "user-ok").await;
    pluggy.item_once(id, "SUCCESS").await;
    assert_eq!(
        pluggy
            .post(
                &format!("/sandbox/items/{id}/authorize"),
                json!({ "granted": true })
            )
            .await
            .status,
        409
    );
    assert_eq!(
        pluggy
            .post(&format!("/sandbox/items/{id}/sync"), json!({}))
            .await
            .status,
        202
    );
    let health = json!({ "status": "UNSTABLE" });
    assert_eq!(
        pluggy
            .send(
                Method::PUT,
                "/sandbox/connectors/2/health",
                None,
                Some(health)
            )
            .await
            .status,
        202
    );
    assert_eq!(
        pluggy
            .post("/sandbox/events", json!({ "event": "boleto/updated" }))
            .await
            .status,
        202
    );
    assert_eq!(pluggy.get("/sandbox/deliveries").await.body["count"], 0);
    assert_eq!(
        pluggy
            .post("/sandbox/events/unknown/resend", json!({}))
            .await
            .status,
        409
    );
    assert_eq!(
        pluggy
            .post("/sandbox/api-keys/expire", json!({}))
            .await
            .status,
        204
    );
    assert_eq!(pluggy.get("/connectors").await.status, 403);
    assert_eq!(pluggy.get("/health").await.status, 200);
}

#[tokio::test]
async fn one_value_of_an_answer_can_be_odd_or_missing() {
    for (field, json, expected) in [
        ("/name", Some(r#""half \ud83d""#), r#""name":"half \ud83d""#),
        ("/health", None, r#""name":"Pluggy Bank""#),
        ("", Some("[]"), "[]"),
        ("", None, ""),
    ] {
        let pluggy = spoiled(Effect::Odd {
            field: field.to_owned(),
            json: json.map(str::to_owned),
        })
        .await;

        let answer = pluggy.get("/connectors/2").await;

        assert_eq!(answer.status, 200);
        assert!(answer.text.contains(expected), "{field}: {}", answer.text);
        let has_health = answer.text.contains("health");
        assert_eq!(has_health, field == "/name", "{}", answer.text);
        let after = pluggy.get("/connectors/2").await;
        assert!(after.body["health"].is_object());
    }
}
