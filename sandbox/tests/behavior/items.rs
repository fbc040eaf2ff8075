use sandbox::{Settings, Switches};
use serde_json::{Value, json};

use crate::client::{Pluggy, login, settings};
use crate::endpoint::Endpoint;

#[tokio::test]
async fn a_bad_id_is_a_bad_request_and_an_unknown_one_is_not_found() {
    let pluggy = Pluggy::start().await;

    assert_eq!(pluggy.get("/items/not-an-id").await.status, 400);
    let answer = pluggy
        .get("/items/5b0f6c5e-1c1e-4c2b-9d4e-6a1b2c3d4e5f")
        .await;
    assert_eq!(answer.status, 404);
    assert_eq!(answer.body["codeDescription"], "ITEM_NOT_FOUND");
}

#[tokio::test]
async fn missing_parameters_are_named() {
    let pluggy = Pluggy::start().await;

    let answer = pluggy
        .post(
            "/items",
            json!({ "connectorId": 4, "parameters": { "user": "user-ok", "token": "1" } }),
        )
        .await;

    assert_eq!(answer.status, 400);
    assert_eq!(answer.body["codeDescription"], "CONNECTOR_VALIDATION_ERROR");
    assert_eq!(answer.body["details"][0]["parameter"], "password");
    assert_eq!(answer.body["details"][1]["parameter"], "token");
}

#[tokio::test]
async fn an_update_while_running_is_refused() {
    let pluggy = Pluggy::start_with(Settings {
        time_scale: 1,
        ..settings()
    })
    .await;
    let id = pluggy.connect(2, "user-ok").await;

    let answer = pluggy.patch(&format!("/items/{id}"), json!({})).await;

    assert_eq!(answer.status, 400);
    assert_eq!(answer.body["codeDescription"], "ITEM_ALREADY_UPDATING");
}

#[tokio::test]
async fn duplicates_are_refused_only_where_that_is_wanted() {
    let pluggy = Pluggy::start().await;
    let id = pluggy.connect(2, "user-ok").await;
    pluggy.connect(8, "user-ok").await;
    pluggy.connect(2, "user-error").await;
    let mut body = login(2, "user-ok");
    body["avoidDuplicates"] = true.into();

    let refused = pluggy.post("/items", body).await;

    assert_eq!(refused.status, 400);
    assert_eq!(refused.body["codeDescription"], "ITEM_USER_ALREADY_EXISTS");
    assert_eq!(refused.body["items"], json!([id]));
    assert!(refused.body.get("code").is_none());
    pluggy.connect(2, "user-ok").await;
}

#[tokio::test]
async fn a_deleted_item_is_gone_and_its_webhooks_are_notified() {
    let pluggy = Pluggy::start().await;
    let endpoint = Endpoint::start().await;
    pluggy
        .post(
            "/webhooks",
            json!({ "url": endpoint.url, "event": "item/deleted" }),
        )
        .await;
    let id = pluggy.connect(2, "user-ok").await;

    let answer = pluggy.delete(&format!("/items/{id}")).await;

    assert_eq!(answer.body, json!({ "count": 1 }));
    assert_eq!(pluggy.get(&format!("/items/{id}")).await.status, 404);
    assert_eq!(pluggy.delete(&format!("/items/{id}")).await.status, 404);
    let body = endpoint.received_once("item/deleted").await.body;
    assert_eq!(body["itemId"], id.to_string());
    assert!(body.get("triggeredBy").is_none());
}

#[tokio::test]
async fn items_can_be_shown_without_their_owner() {
    let pluggy = Pluggy::start().await;
    let mut body = login(2, "user-ok");
    body["clientUserId"] = "usr_1".into();
    let created = pluggy.post("/items", body).await.body;
    assert_eq!(created["clientUserId"], "usr_1");

    pluggy.sandbox.set_switches(Switches {
        omit_client_user_id: true,
        ..Switches::default()
    });

    let item = pluggy
        .get(&format!("/items/{}", created["id"].as_str().unwrap()))
        .await
        .body;
    assert!(item.get("clientUserId").is_none());
}

#[tokio::test]
async fn reads_of_items_can_be_limited() {
    let pluggy = Pluggy::start().await;
    let path = format!("/items/{}", pluggy.connect(2, "user-ok").await);
    assert!(
        !pluggy
            .get(&path)
            .await
            .headers
            .contains_key("ratelimit-limit")
    );

    pluggy.sandbox.set_switches(Switches {
        item_requests_per_minute: Some(1),
        ..Switches::default()
    });

    let allowed = pluggy.get(&path).await;
    assert_eq!(
        (allowed.status, &allowed.headers["ratelimit-limit"]),
        (200, &"1".parse().unwrap())
    );
    assert_eq!(pluggy.get(&path).await.status, 429);
}

#[tokio::test]
async fn the_list_of_items_is_not_part_of_every_contract() {
    let pluggy = Pluggy::start().await;
    assert_eq!(pluggy.get("/v2/items").await.status, 403);

    pluggy.sandbox.set_switches(Switches {
        list_items: true,
        ..Switches::default()
    });
    let mut ids = Vec::new();
    for _ in 0..25 {
        ids.push(pluggy.connect(2, "user-ok").await.to_string());
    }

    let first = pluggy.get("/v2/items?connectorId=2").await.body;
    let second = pluggy
        .get(&format!("/v2/items{}", first["next"].as_str().unwrap()))
        .await
        .body;
    let mut listed: Vec<_> = [&first, &second]
        .iter()
        .flat_map(|page| page["results"].as_array().unwrap())
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect();
    listed.sort();
    ids.sort();
    assert_eq!(listed, ids);
    assert_eq!(second["next"], Value::Null);
    assert_eq!(
        pluggy.get("/v2/items?connectorId=4").await.body["results"],
        json!([])
    );
}

#[tokio::test]
async fn updates_are_limited_by_the_minute() {
    let pluggy = Pluggy::start_with(Settings {
        item_updates_per_minute: 1,
        ..settings()
    })
    .await;
    let id = pluggy.connect(2, "user-ok").await;
    pluggy.item_once(id, "SUCCESS").await;

    let first = pluggy.patch(&format!("/items/{id}"), json!({})).await;
    let second = pluggy.patch(&format!("/items/{id}"), json!({})).await;

    assert_eq!(first.status, 200);
    assert_eq!(second.status, 429);
    assert!(second.headers.contains_key("ratelimit-reset"));
}

#[tokio::test]
async fn items_of_meu_pluggy_cannot_be_updated() {
    let pluggy = Pluggy::start().await;
    let id = pluggy.connect(200, "user-ok").await;
    let waiting = pluggy.item_once(id, "WAITING_USER_INPUT").await;
    assert_eq!(waiting["connector"]["oauth"], true);
    pluggy.item_once(id, "SUCCESS").await;

    let refused = pluggy.patch(&format!("/items/{id}"), json!({})).await;

    assert_eq!(refused.status, 400);
    assert_eq!(refused.body["message"], "MeuPluggy item cant be updated");
    assert!(refused.body.get("codeDescription").is_none());
}

#[tokio::test]
async fn a_one_time_token_must_be_renewed() {
    let pluggy = Pluggy::start().await;
    let parameters = json!({ "user": "user-ok", "password": "password-ok", "token": "123456" });
    let body = json!({ "connectorId": 4, "parameters": parameters });
    let id = pluggy.post("/items", body).await.body["id"]
        .as_str()
        .unwrap()
        .to_owned();
    pluggy.item_once(id.parse().unwrap(), "SUCCESS").await;
    let path = format!("/items/{id}");

    let missing = pluggy.patch(&path, json!({})).await;
    let repeated = pluggy
        .patch(&path, json!({ "parameters": { "token": "123456" } }))
        .await;

    assert_eq!(
        missing.body["codeDescription"],
        "CONNECTOR_REQUIRED_PARAMETER_VALIDATION_ERROR"
    );
    assert_eq!(missing.body["data"]["parameter"], "token");
    assert_eq!(
        repeated.body["codeDescription"],
        "MFA_PARAMERTER_WAS_ALREADY_USED_ERROR"
    );
    let malformed = pluggy
        .patch(&path, json!({ "parameters": { "token": "1" } }))
        .await;
    assert_eq!(
        malformed.body["codeDescription"],
        "CONNECTOR_VALIDATION_ERROR"
    );
}
