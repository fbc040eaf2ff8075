use hyper::Method;
use serde_json::{Value, json};

use crate::client::{Pluggy, login};

async fn create(pluggy: &Pluggy, token: &str) -> String {
    let answer = pluggy
        .send(
            Method::POST,
            "/items",
            Some(token),
            Some(login(2, "user-ok")),
        )
        .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_item_made_with_a_token_has_the_tokens_options_whatever_the_request_says() {
    let pluggy = Pluggy::start().await;
    let options = json!({ "clientUserId": "usr_1", "products": ["ACCOUNTS"] });
    let token = pluggy.connect_token(json!({ "options": options })).await;
    let mut body = login(2, "user-ok");
    body["clientUserId"] = "somebody else".into();

    let item = pluggy
        .send(Method::POST, "/items", Some(&token), Some(body))
        .await
        .body;

    assert_eq!(item["clientUserId"], "usr_1");
    assert_eq!(item["products"], json!(["ACCOUNTS"]));
}

#[tokio::test]
async fn options_at_the_top_level_have_no_effect() {
    let pluggy = Pluggy::start().await;
    let token = pluggy
        .connect_token(json!({ "clientUserId": "usr_1" }))
        .await;

    let id = create(&pluggy, &token).await;

    assert_eq!(
        pluggy.get(&format!("/items/{id}")).await.body["clientUserId"],
        Value::Null
    );
}

#[tokio::test]
async fn a_token_reaches_the_institutions_and_its_own_items() {
    let pluggy = Pluggy::start().await;
    let token = pluggy.connect_token(json!({})).await;
    let own = create(&pluggy, &token).await;
    let others = pluggy.connect(2, "user-ok").await;

    for (method, path, status) in [
        (Method::GET, format!("/items/{own}"), 200),
        (Method::GET, format!("/items/{others}"), 403),
        (Method::PATCH, format!("/items/{others}"), 403),
        (Method::POST, format!("/items/{others}/mfa"), 403),
        (Method::DELETE, format!("/items/{own}"), 403),
        (Method::GET, "/connectors".to_owned(), 200),
        (Method::GET, "/connectors/2".to_owned(), 200),
        (Method::GET, "/webhooks".to_owned(), 403),
        (Method::POST, "/connect_token".to_owned(), 403),
        (Method::GET, "/v2/items".to_owned(), 403),
    ] {
        let answer = pluggy
            .send(method.clone(), &path, Some(&token), Some(json!({})))
            .await;

        assert_eq!(answer.status, status, "{method} {path}");
    }
}

#[tokio::test]
async fn a_token_for_an_update_updates_that_item_and_creates_nothing() {
    let pluggy = Pluggy::start().await;
    let id = pluggy.connect(2, "user-ok").await;
    pluggy.item_once(id, "SUCCESS").await;
    let token = pluggy.connect_token(json!({ "itemId": id })).await;

    let update = pluggy
        .send(Method::PATCH, &format!("/items/{id}"), Some(&token), None)
        .await;
    let creation = pluggy
        .send(
            Method::POST,
            "/items",
            Some(&token),
            Some(login(2, "user-ok")),
        )
        .await;

    assert_eq!(update.status, 200);
    assert_eq!(creation.status, 403);
}

#[tokio::test]
async fn a_token_for_an_unknown_item_is_refused() {
    let pluggy = Pluggy::start().await;
    let unknown = json!({ "itemId": "5b0f6c5e-1c1e-4c2b-9d4e-6a1b2c3d4e5f" });

    let answer = pluggy.post("/connect_token", unknown).await;

    assert_eq!(answer.status, 404);
    assert_eq!(answer.body["codeDescription"], "ITEM_NOT_FOUND");
    assert_eq!(
        pluggy
            .post("/connect_token", json!({ "itemId": "no id" }))
            .await
            .status,
        400
    );
}
