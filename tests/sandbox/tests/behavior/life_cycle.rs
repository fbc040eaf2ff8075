use hyper::Method;
use sandbox::Settings;
use serde_json::{Value, json};

use crate::client::{Pluggy, eventually, hurried, login, settings};
use crate::endpoint::Endpoint;

async fn listening() -> (Pluggy, Endpoint) {
    listening_with(settings()).await
}

async fn listening_with(settings: Settings) -> (Pluggy, Endpoint) {
    let pluggy = Pluggy::start_with(settings).await;
    let endpoint = Endpoint::start().await;
    pluggy
        .post("/webhooks", json!({ "url": endpoint.url, "event": "all" }))
        .await;
    (pluggy, endpoint)
}

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
async fn a_warning_does_not_spoil_a_success() {
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
        let is_told = || {
            let about =
                |body: &Value| body["itemId"] == id.to_string() && body["error"]["code"] == code;
            endpoint
                .received()
                .iter()
                .any(|received| about(&received.body))
        };
        eventually(user, is_told).await;
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
async fn new_credentials_mend_a_failed_login() {
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

#[tokio::test]
async fn a_right_answer_goes_on_and_a_wrong_one_ends_the_execution() {
    let (pluggy, endpoint) = listening().await;

    for (answer, end) in [("123456", "SUCCESS"), ("000000", "INVALID_CREDENTIALS_MFA")] {
        let id = pluggy.connect(5, "user-ok").await;
        let item = pluggy.item_once(id, "WAITING_USER_INPUT").await;
        assert_eq!(item["status"], "WAITING_USER_INPUT");
        assert_eq!(item["parameter"]["name"], "token");
        assert!(item["parameter"]["expiresAt"].is_string());
        let path = format!("/items/{id}/mfa");

        let mismatch = pluggy.post(&path, json!({ "other": answer })).await;
        let accepted = pluggy.post(&path, json!({ "token": answer })).await;

        assert_eq!(
            mismatch.body["codeDescription"],
            "ITEM_MFA_PARAMETER_EXPECTED_MISMATCH"
        );
        assert_eq!(accepted.body["status"], "UPDATING");
        let item = pluggy.item_once(id, end).await;
        assert_eq!(item["parameter"], Value::Null);
    }
    endpoint.received_once("item/waiting_user_input").await;
}

#[tokio::test]
async fn a_question_that_nobody_answers_expires() {
    let (pluggy, endpoint) = listening_with(hurried()).await;
    let id = pluggy.connect(5, "user-ok").await;

    let item = pluggy.item_once(id, "USER_INPUT_TIMEOUT").await;

    assert_eq!(item["status"], "OUTDATED");
    let body = endpoint.received_once("item/error").await.body;
    assert_eq!(body["error"]["parameter"], "token");
    let late = pluggy
        .post(&format!("/items/{id}/mfa"), json!({ "token": "123456" }))
        .await;
    assert_eq!(late.body["codeDescription"], "ITEM_MFA_EXPIRED");
}

#[tokio::test]
async fn questions_come_as_images_choices_and_codes() {
    let pluggy = Pluggy::start().await;

    for (user, kind, answer) in [
        ("user-ok-img", "image", json!({ "code": "123456" })),
        ("user-ok-select", "select", json!({ "account": "2" })),
        ("user-ok-phone", "number", json!({ "phoneCode": "123456" })),
    ] {
        let id = pluggy.connect(2, user).await;
        let item = pluggy.item_once(id, "WAITING_USER_INPUT").await;
        assert_eq!(item["parameter"]["type"], kind);

        assert_eq!(
            pluggy
                .post(&format!("/items/{id}/mfa"), answer)
                .await
                .status,
            200
        );

        pluggy.item_once(id, "SUCCESS").await;
    }
}

#[tokio::test]
async fn a_pending_authorization_is_an_error_that_later_turns_into_a_success() {
    let pluggy = Pluggy::start().await;
    let endpoint = Endpoint::start().await;
    pluggy
        .post("/webhooks", json!({ "url": endpoint.url, "event": "all" }))
        .await;
    let id = pluggy.connect(219, "user-ok-auth-pending").await;

    let item = pluggy.item_once(id, "USER_AUTHORIZATION_PENDING").await;

    assert_eq!(item["status"], "OUTDATED");
    assert!(item["error"]["attributes"].is_object());
    let body = endpoint.received_once("item/error").await.body;
    assert_eq!(body["error"]["code"], "USER_AUTHORIZATION_PENDING");
    assert!(!endpoint.events().contains(&"item/created".to_owned()));

    assert!(pluggy.sandbox.authorize(id, true));
    pluggy.item_once(id, "SUCCESS").await;
    endpoint.received_once("item/created").await;
    assert!(!pluggy.sandbox.authorize(id, true));
}

#[tokio::test]
async fn a_pending_authorization_ends_by_itself_after_half_an_hour() {
    let pluggy = Pluggy::start_with(hurried()).await;
    let id = pluggy.connect(2, "user-ok-auth-pending").await;

    let item = pluggy.item_once(id, "SUCCESS").await;

    assert_eq!(item["error"], Value::Null);
}

#[tokio::test]
async fn a_denied_authorization_is_a_failed_login() {
    let pluggy = Pluggy::start().await;
    let id = pluggy.connect(2, "user-ok-auth-pending").await;
    pluggy.item_once(id, "USER_AUTHORIZATION_PENDING").await;

    assert!(pluggy.sandbox.authorize(id, false));

    let item = pluggy.item_once(id, "USER_AUTHORIZATION_NOT_GRANTED").await;
    assert_eq!(item["status"], "LOGIN_ERROR");
}

#[tokio::test]
async fn open_finance_waits_for_the_user_at_the_bank() {
    let (pluggy, endpoint) = listening().await;
    let body = json!({ "connectorId": 601, "parameters": { "cpf": "00000000000" } });
    let id = pluggy.post("/items", body).await.body["id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();

    let item = pluggy.item_once(id, "SUCCESS").await;

    endpoint.received_once("item/waiting_user_action").await;
    assert_eq!(item["userAction"], Value::Null);
    assert_eq!(item["hasResourcesPendingAuthorization"], false);
    assert!(item["resourcesCollectedAt"].is_string());
}
