use hyper::Method;
use sandbox::{Outcome, Settings, Switches};
use serde_json::{Value, json};
use url::Url;

use crate::client::{Pluggy, eventually, hurried, login};
use crate::endpoint::Endpoint;

const BODY: &[u8] = br#"{ "event":"boleto/updated",  "eventId":"3f0c0f5e-7d9e-4a0b-8b0e-1f1a2b3c4d99", "boletoId":1 }"#;

async fn register(pluggy: &Pluggy, endpoint: &Endpoint) -> String {
    let body =
        json!({ "url": endpoint.url, "event": "all", "headers": { "X-Webhook-Secret": "secret" } });
    let webhook = pluggy.post("/webhooks", body).await.body;
    format!("/webhooks/{}", webhook["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_delivery_carries_the_webhooks_headers_and_the_body_byte_for_byte() {
    let pluggy = Pluggy::start_with(hurried()).await;
    let endpoint = Endpoint::start().await;
    register(&pluggy, &endpoint).await;

    pluggy.sandbox.post_event(BODY.to_vec());

    let received = endpoint.received_once("boleto/updated").await;
    assert_eq!(received.raw, BODY);
    assert_eq!(received.headers["x-webhook-secret"], "secret");
    assert_eq!(received.headers["content-type"], "application/json");
}

#[tokio::test]
async fn a_failed_delivery_is_repeated_with_the_same_body_until_it_arrives() {
    let pluggy = Pluggy::start_with(hurried()).await;
    let endpoint = Endpoint::start().await;
    register(&pluggy, &endpoint).await;
    endpoint.answer_next_with(&[500, 503, 500, 500]);

    pluggy.sandbox.post_event(BODY.to_vec());

    eventually("the fifth attempt", || {
        pluggy.sandbox.deliveries().len() == 5
    })
    .await;
    let statuses: Vec<_> = pluggy
        .sandbox
        .deliveries()
        .iter()
        .map(|delivery| delivery.outcome)
        .collect();
    assert_eq!(statuses, [500, 503, 500, 500, 200].map(Outcome::Status));
    assert!(
        endpoint
            .received()
            .iter()
            .all(|received| received.raw == BODY)
    );
}

#[tokio::test]
async fn a_delivery_is_given_up_after_nine_attempts_and_the_webhook_disabled_in_the_end() {
    let pluggy = Pluggy::start_with(Settings {
        failures_until_disabled: 2,
        ..hurried()
    })
    .await;
    let endpoint = Endpoint::start().await;
    let path = register(&pluggy, &endpoint).await;
    endpoint.answer_always_with(500);

    pluggy.sandbox.post_event(BODY.to_vec());
    eventually("nine attempts", || endpoint.received().len() == 9).await;
    assert_eq!(pluggy.get(&path).await.body["disabledAt"], Value::Null);
    pluggy.sandbox.post_event(BODY.to_vec());
    eventually("nine attempts more", || endpoint.received().len() == 18).await;

    let is_disabled = |webhook: &Value| webhook["disabledAt"].is_string();
    pluggy
        .get_once(&path, "the webhook is disabled", is_disabled)
        .await;
    endpoint.answer_always_with(200);
    pluggy
        .sandbox
        .post_event(br#"{"event":"item/updated"}"#.to_vec());
    pluggy.patch(&path, json!({ "enabled": true })).await;
    pluggy
        .sandbox
        .post_event(br#"{"event":"item/deleted"}"#.to_vec());
    endpoint.received_once("item/deleted").await;
    assert!(!endpoint.events().contains(&"item/updated".to_owned()));
}

#[tokio::test]
async fn a_delivery_that_arrives_clears_the_webhooks_record() {
    let pluggy = Pluggy::start_with(Settings {
        failures_until_disabled: 2,
        ..hurried()
    })
    .await;
    let endpoint = Endpoint::start().await;
    let path = register(&pluggy, &endpoint).await;
    endpoint.answer_next_with(&[401, 200, 401]);

    for number in 1..=3 {
        pluggy.sandbox.post_event(BODY.to_vec());
        eventually("the delivery", || {
            pluggy.sandbox.deliveries().len() == number
        })
        .await;
    }
    pluggy.sandbox.post_event(BODY.to_vec());

    eventually("one delivery more", || {
        pluggy.sandbox.deliveries().len() == 4
    })
    .await;
    assert_eq!(pluggy.get(&path).await.body["disabledAt"], Value::Null);
}

#[tokio::test]
async fn a_failed_authentication_is_never_repeated() {
    let pluggy = Pluggy::start_with(hurried()).await;
    let endpoint = Endpoint::start().await;
    register(&pluggy, &endpoint).await;
    endpoint.answer_next_with(&[401]);

    pluggy.sandbox.post_event(BODY.to_vec());
    eventually("the refusal", || pluggy.sandbox.deliveries().len() == 1).await;
    assert!(
        pluggy
            .sandbox
            .resend("3f0c0f5e-7d9e-4a0b-8b0e-1f1a2b3c4d99")
    );
    eventually("the delivery by hand", || {
        pluggy.sandbox.deliveries().len() == 2
    })
    .await;

    assert_eq!(pluggy.sandbox.deliveries()[0].outcome, Outcome::Status(401));
    assert_eq!(pluggy.sandbox.deliveries()[1].attempt, 1);
    assert!(!pluggy.sandbox.resend("unknown"));
}

#[tokio::test]
async fn a_lost_delivery_is_never_repeated_and_does_not_count_as_a_failure() {
    let pluggy = Pluggy::start_with(Settings {
        failures_until_disabled: 1,
        ..hurried()
    })
    .await;
    let endpoint = Endpoint::start().await;
    register(&pluggy, &endpoint).await;
    pluggy.sandbox.set_switches(Switches {
        lose_deliveries: true,
        ..Switches::default()
    });
    pluggy.sandbox.post_event(BODY.to_vec());
    eventually("the loss", || pluggy.sandbox.deliveries().len() == 1).await;

    pluggy.sandbox.set_switches(Switches::default());
    pluggy.sandbox.post_event(BODY.to_vec());

    eventually("the next", || pluggy.sandbox.deliveries().len() == 2).await;
    let outcomes: Vec<_> = pluggy
        .sandbox
        .deliveries()
        .iter()
        .map(|delivery| delivery.outcome)
        .collect();
    assert_eq!(outcomes, [Outcome::Lost, Outcome::Status(200)]);
    assert_eq!(endpoint.received().len(), 1);
}

#[tokio::test]
async fn an_items_own_webhook_is_notified_too_without_headers_and_with_the_same_event_id() {
    let pluggy = Pluggy::start_with(hurried()).await;
    let (registered, own) = (Endpoint::start().await, Endpoint::start().await);
    register(&pluggy, &registered).await;
    let token = pluggy
        .connect_token(json!({ "options": { "webhookUrl": own.url } }))
        .await;

    pluggy
        .send(
            Method::POST,
            "/items",
            Some(&token),
            Some(login(2, "user-ok")),
        )
        .await;

    let at_own = own.received_once("item/created").await;
    let at_registered = registered.received_once("item/created").await;
    assert_eq!(at_own.raw, at_registered.raw);
    assert!(!at_own.headers.contains_key("x-webhook-secret"));
}

#[tokio::test]
async fn a_function_url_is_reached_through_the_resolver() {
    let endpoint = Endpoint::start().await;
    let pluggy = Pluggy::start_with(Settings {
        deliver_via: Some(Url::parse(&format!("http://{}", endpoint.address)).unwrap()),
        ..hurried()
    })
    .await;
    let url = "https://abc.lambda-url.sa-east-1.on.aws/";
    assert_eq!(
        pluggy
            .post("/webhooks", json!({ "url": url, "event": "all" }))
            .await
            .status,
        201
    );

    pluggy.sandbox.post_event(BODY.to_vec());

    let received = endpoint.received_once("boleto/updated").await;
    assert_eq!(received.headers["host"], "abc.lambda-url.sa-east-1.on.aws");
}

#[tokio::test]
async fn nothing_is_posted_beyond_the_machine() {
    let pluggy = Pluggy::start_with(hurried()).await;
    let url = "https://hooks.example.com/";
    pluggy
        .post("/webhooks", json!({ "url": url, "event": "all" }))
        .await;

    pluggy.sandbox.post_event(BODY.to_vec());

    eventually("the first attempt", || {
        !pluggy.sandbox.deliveries().is_empty()
    })
    .await;
    assert_eq!(pluggy.sandbox.deliveries()[0].outcome, Outcome::OffLimits);
}
