use hyper::Method;
use serde_json::{Value, json};

use crate::client::{Pluggy, eventually, login};
use crate::endpoint::listening;

#[tokio::test]
async fn a_connection_that_works_is_created_once_and_updated_after_that() {
    let (pluggy, endpoint) = listening().await;
    let token = pluggy
        .connect_token(json!({ "options": { "clientUserId": "usr_1" } }))
        .await;
    let created = pluggy
        .send(
            Method::POST,
            "/items",
            Some(&token),
            Some(login(2, "user-ok")),
        )
        .await
        .body;
    assert_eq!(created["status"], "UPDATING");
    let id = created["id"].as_str().unwrap().parse().unwrap();

    let item = pluggy.item_once(id, "SUCCESS").await;

    assert_eq!(item["status"], "UPDATED");
    assert_eq!(item["statusDetail"], Value::Null);
    assert_eq!(item["lastUpdatedAt"], item["updatedAt"]);
    let body = endpoint.received_once("item/created").await.body;
    assert_eq!(body["itemId"], id.to_string());
    assert_eq!(body["clientUserId"], "usr_1");
    assert_eq!(body["triggeredBy"], "USER");
    assert!(body.get("id").is_none());
    let transactions = endpoint.received_once("transactions/created").await.body;
    assert_eq!(transactions["transactionsCount"], 20);

    assert!(pluggy.sandbox.sync(id));
    let body = endpoint.received_once("item/updated").await.body;
    assert_eq!(body["triggeredBy"], "SYNC");
    let names = endpoint.events();
    assert_eq!(
        names.iter().filter(|name| *name == "item/created").count(),
        1
    );
}

#[tokio::test]
async fn a_partial_success_says_what_is_missing() {
    let (pluggy, endpoint) = listening().await;
    let id = pluggy.connect(2, "user-ok-account-error").await;

    let item = pluggy.item_once(id, "PARTIAL_SUCCESS").await;

    assert_eq!(item["status"], "UPDATED");
    let accounts = &item["statusDetail"]["accounts"];
    assert_eq!(accounts["isUpdated"], false);
    assert_eq!(accounts["warnings"][0]["code"], "001");
    assert_eq!(item["statusDetail"]["transactions"]["isUpdated"], true);
    assert_eq!(item["statusDetail"]["loans"], Value::Null);
    endpoint.received_once("item/created").await;
}

#[tokio::test]
async fn a_text_that_the_bank_cut_ends_in_half_of_a_character() {
    let (pluggy, endpoint) = listening().await;
    let id = pluggy
        .connect(2, "user-account-need-actions-cut-message")
        .await;
    let cut = r"Aceite os termos \ud83d";

    let is_delivered = || {
        let received = endpoint.received().into_iter();
        let texts = received.map(|received| String::from_utf8_lossy(&received.raw).into_owned());
        texts
            .filter(|text| text.contains("item/error"))
            .any(|text| {
                text.contains(&format!(r#""message":"{cut}""#)) && text.contains(&id.to_string())
            })
    };
    eventually("an event with a cut text", is_delivered).await;

    let item = pluggy.get(&format!("/items/{id}")).await.text;
    for field in ["message", "providerMessage"] {
        assert!(item.contains(&format!(r#""{field}":"{cut}""#)), "{item}");
    }
}

#[tokio::test]
async fn a_warning_does_not_prevent_a_success() {
    let pluggy = Pluggy::start().await;
    let id = pluggy.connect(2, "user-ok-account-warning").await;

    let item = pluggy.item_once(id, "SUCCESS").await;

    assert_eq!(item["statusDetail"]["accounts"]["isUpdated"], true);
    assert_eq!(
        item["statusDetail"]["accounts"]["warnings"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn failures_have_the_documented_status_and_code() {
    let (pluggy, endpoint) = listening().await;

    for (user, status, code) in [
        ("user-locked", "LOGIN_ERROR", "ACCOUNT_LOCKED"),
        ("user-logged", "OUTDATED", "ALREADY_LOGGED_IN"),
        ("user-error", "OUTDATED", "UNEXPECTED_ERROR"),
        ("user-unavailable", "OUTDATED", "SITE_NOT_AVAILABLE"),
        (
            "user-account-need-actions",
            "OUTDATED",
            "ACCOUNT_NEEDS_ACTION",
        ),
        ("user-connection-error", "OUTDATED", "CONNECTION_ERROR"),
        (
            "user-account-credentials-reset",
            "LOGIN_ERROR",
            "ACCOUNT_CREDENTIALS_RESET",
        ),
        ("user-not-supported", "OUTDATED", "USER_NOT_SUPPORTED"),
        ("anybody-else", "LOGIN_ERROR", "INVALID_CREDENTIALS"),
    ] {
        let id = pluggy.connect(2, user).await;
        let item = pluggy.item_once(id, code).await;

        assert_eq!(item["status"], status, "{user}");
        assert_eq!(item["error"]["code"], code);
        let is_delivered = || {
            let about =
                |body: &Value| body["itemId"] == id.to_string() && body["error"]["code"] == code;
            endpoint
                .received()
                .iter()
                .any(|received| about(&received.body))
        };
        eventually(user, is_delivered).await;
    }
}

#[tokio::test]
async fn the_banks_own_words_are_passed_on() {
    let pluggy = Pluggy::start().await;
    let id = pluggy
        .connect(2, "user-account-need-actions-provider-message")
        .await;

    let item = pluggy.item_once(id, "ACCOUNT_NEEDS_ACTION").await;

    assert!(
        item["error"]["providerMessage"]
            .as_str()
            .unwrap()
            .contains("termos")
    );
}

#[tokio::test]
async fn new_credentials_repair_a_failed_login() {
    let pluggy = Pluggy::start().await;
    let id = pluggy.connect(2, "nobody").await;
    let failed = pluggy.item_once(id, "INVALID_CREDENTIALS").await;
    assert_eq!(failed["consecutiveFailedLoginAttempts"], 1);
    assert_eq!(failed["nextAutoSyncAt"], Value::Null);
    let path = format!("/items/{id}");

    let without = pluggy.patch(&path, json!({})).await;
    let with = pluggy
        .patch(&path, json!({ "parameters": { "user": "user-ok" } }))
        .await;

    assert_eq!(
        without.body["codeDescription"],
        "LAST_EXECUTION_HAD_LOGIN_ERROR"
    );
    assert_eq!(with.status, 200);
    let item = pluggy.item_once(id, "SUCCESS").await;
    assert_eq!(item["error"], Value::Null);
    assert_eq!(item["consecutiveFailedLoginAttempts"], 0);
}

#[tokio::test]
async fn the_second_failed_login_in_a_row_makes_the_third_wait() {
    let pluggy = Pluggy::start().await;
    let id = pluggy.connect(2, "nobody").await;
    let path = format!("/items/{id}");
    let credentials = json!({ "parameters": { "user": "still-nobody" } });
    pluggy.item_once(id, "INVALID_CREDENTIALS").await;
    assert_eq!(pluggy.patch(&path, credentials.clone()).await.status, 200);
    pluggy.item_once(id, "INVALID_CREDENTIALS").await;

    let refused = pluggy.patch(&path, credentials).await;

    assert_eq!(refused.status, 400);
    assert_eq!(
        refused.body["codeDescription"],
        "TOO_MANY_CONSECUTIVE_LOGIN_FAILURES"
    );
    assert!(refused.body["data"]["canRetryAfterDate"].is_string());
}
