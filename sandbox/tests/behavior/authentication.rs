use hyper::Method;
use sandbox::{Settings, Switches};
use serde_json::json;

use crate::client::{CLIENT_SECRET, Pluggy, settings};

#[tokio::test]
async fn the_right_secret_gives_a_key_that_opens_the_other_endpoints() {
    let pluggy = Pluggy::start().await;

    assert_eq!(pluggy.get("/connectors").await.status, 200);
}

#[tokio::test]
async fn a_wrong_secret_gives_401_with_a_code_description() {
    let pluggy = Pluggy::start().await;

    let answer = pluggy.authenticate("wrong").await;

    assert_eq!(answer.status, 401);
    assert_eq!(answer.body["codeDescription"], "CLIENT_KEYS_UNAUTHORIZED");
}

#[tokio::test]
async fn a_secret_opens_its_own_application_only() {
    let pluggy = Pluggy::start().await;
    let body = json!({ "clientId": "22222222-0000-4000-8000-000000000003", "clientSecret": CLIENT_SECRET });

    let answer = pluggy.send(Method::POST, "/auth", None, Some(body)).await;

    assert_eq!(answer.status, 401);
}

#[tokio::test]
async fn the_right_secret_can_be_rejected_on_demand() {
    let pluggy = Pluggy::start().await;
    pluggy.sandbox.set_switches(Switches {
        reject_secrets: true,
        ..Switches::default()
    });

    assert_eq!(pluggy.authenticate(CLIENT_SECRET).await.status, 401);
}

#[tokio::test]
async fn a_missing_or_bad_key_gives_403_without_a_code_description() {
    let pluggy = Pluggy::start().await;

    for key in [None, Some("not a key")] {
        for path in ["/items/x", "/connectors", "/webhooks", "/v2/items"] {
            let answer = pluggy.send(Method::GET, path, key, None).await;

            assert_eq!(answer.status, 403, "{path}");
            assert_eq!(answer.body["code"], 403);
            assert!(answer.body.get("codeDescription").is_none());
        }
    }
}

#[tokio::test]
async fn keys_expire_on_demand_and_new_ones_work() {
    let pluggy = Pluggy::start().await;

    pluggy.sandbox.expire_api_keys();

    assert_eq!(pluggy.get("/connectors").await.status, 403);
    let key = pluggy.new_api_key().await;
    let answer = pluggy
        .send(Method::GET, "/connectors", Some(&key), None)
        .await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn too_many_authentications_get_the_time_to_retry() {
    let pluggy = Pluggy::start_with(Settings {
        authentications_per_minute: 2,
        ..settings()
    })
    .await;

    let last_allowed = pluggy.authenticate(CLIENT_SECRET).await;
    let refused = pluggy.authenticate(CLIENT_SECRET).await;

    assert_eq!(last_allowed.headers["ratelimit-remaining"], "0");
    assert_eq!(refused.status, 429);
    assert_eq!(refused.body["code"], 429);
    assert_eq!(refused.headers["ratelimit-limit"], "2");
    assert_eq!(refused.headers["retry-after"], "60");
    let reset: u64 = refused.headers["ratelimit-reset"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=60).contains(&reset));
}
