use std::time::Duration;

use sandbox::Settings;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::{Pluggy, hurried, settings};
use crate::endpoint::{listening, listening_with};

/// The CPF of the user who never logs in at the bank.
const ABSENT: &str = "999.999.999-99";

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
async fn an_unanswered_question_expires() {
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
    let (pluggy, endpoint) = listening().await;
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
async fn time_that_passes_shortens_the_waits_that_have_begun() {
    let unhurried = Settings {
        time_scale: 5,
        ..settings()
    };
    let pluggy = Pluggy::start_with(unhurried).await;
    let id = pluggy.connect(2, "user-ok-auth-pending").await;
    let pass = |minutes| pluggy.post("/sandbox/time/pass", json!({ "minutes": minutes }));
    let path = format!("/items/{id}");

    pluggy.item_once(id, "USER_AUTHORIZATION_PENDING").await;
    assert_eq!(pass(15).await.status, 202);
    tokio::time::sleep(Duration::from_millis(500)).await;
    let item = pluggy.get(&path).await.body;
    assert_eq!(item["executionStatus"], "USER_AUTHORIZATION_PENDING");

    pass(15).await;
    pluggy.item_once(id, "SUCCESS").await;
    let unknown = pluggy.post("/sandbox/time/pass", json!({ "hours": 1 }));
    assert_eq!(unknown.await.status, 400);
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

async fn connect_by_open_finance(pluggy: &Pluggy, cpf: &str) -> Uuid {
    let body = json!({ "connectorId": 601, "parameters": { "cpf": cpf } });
    let created = pluggy.post("/items", body).await.body;
    created["id"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn open_finance_waits_for_a_login_at_the_bank_whose_link_comes_a_moment_later() {
    let unhurried = Settings {
        time_scale: 5,
        ..settings()
    };
    let (pluggy, endpoint) = listening_with(unhurried).await;
    let id = connect_by_open_finance(&pluggy, ABSENT).await;

    let announced = pluggy.item_once(id, "WAITING_USER_INPUT").await;
    let path = format!("/items/{id}");
    let has_link = |item: &Value| !item["parameter"].is_null();
    let open = pluggy.get_once(&path, "a link", has_link).await;

    assert_eq!(announced["parameter"], Value::Null);
    assert_eq!(announced["connector"]["oauth"], true);
    for item in [&announced, &open] {
        assert_eq!(item["status"], "WAITING_USER_INPUT");
        assert_eq!(item["executionStatus"], "WAITING_USER_INPUT");
        assert_eq!(item["userAction"], Value::Null);
    }
    let parameter = &open["parameter"];
    assert_eq!(
        (&parameter["name"], &parameter["type"]),
        (&json!("oauthCode"), &json!("oauth"))
    );
    let link = parameter["data"].as_str().unwrap();
    assert!(
        link.starts_with("https://bank.example.com/auth?request="),
        "{link}"
    );
    assert!(parameter["instructions"].is_string() && parameter["expiresAt"].is_string());
    endpoint.received_once("item/waiting_user_input").await;
    let answer = json!({ "oauthCode": "123456" });
    let refused = pluggy.post(&format!("{path}/mfa"), answer).await;
    assert_eq!(refused.body["codeDescription"], "ITEM_MFA_NOT_FOUND");
}

#[tokio::test]
async fn a_login_at_the_bank_can_be_made_and_denied() {
    let pluggy = Pluggy::start().await;
    for (granted, end) in [(true, "SUCCESS"), (false, "USER_AUTHORIZATION_NOT_GRANTED")] {
        let id = connect_by_open_finance(&pluggy, ABSENT).await;
        pluggy.item_once(id, "WAITING_USER_INPUT").await;

        assert!(pluggy.sandbox.authorize(id, granted));

        let item = pluggy.item_once(id, end).await;
        assert_eq!(item["parameter"], Value::Null);
        assert!(!pluggy.sandbox.authorize(id, granted));
    }
}

#[tokio::test]
async fn a_login_at_the_bank_that_is_never_made_times_out() {
    let (pluggy, endpoint) = listening_with(hurried()).await;
    let id = connect_by_open_finance(&pluggy, ABSENT).await;

    let item = pluggy.item_once(id, "USER_INPUT_TIMEOUT").await;

    assert_eq!(
        (&item["status"], &item["parameter"]),
        (&json!("OUTDATED"), &Value::Null)
    );
    let body = endpoint.received_once("item/error").await.body;
    assert_eq!(body["error"]["parameter"], "oauthCode");
}

#[tokio::test]
async fn an_authorized_connection_needs_no_second_login_at_the_bank() {
    let (pluggy, endpoint) = listening().await;
    let id = connect_by_open_finance(&pluggy, "00000000000").await;
    pluggy.item_once(id, "SUCCESS").await;

    assert!(pluggy.sandbox.sync(id));

    endpoint.received_once("item/updated").await;
    let logins = endpoint.events().into_iter();
    assert_eq!(
        logins
            .filter(|name| name == "item/waiting_user_input")
            .count(),
        1
    );
}

#[tokio::test]
async fn open_finance_collects_after_the_login_at_the_bank() {
    let (pluggy, endpoint) = listening().await;
    let id = connect_by_open_finance(&pluggy, "00000000000").await;

    let item = pluggy.item_once(id, "SUCCESS").await;

    endpoint.received_once("item/waiting_user_input").await;
    assert_eq!(item["hasResourcesPendingAuthorization"], false);
    assert!(item["resourcesCollectedAt"].is_string());
}
