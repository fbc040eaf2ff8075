//! Tokens for an existing item.

use lambda_http::{Body, Response};
use pluggy::ItemId;
use runtime::clock::now;
use serde_json::{Value, json};
use tests::{Deployment, sample};
use uuid::Uuid;

use super::recorder::Recorder;
use super::{USER, answer, json_of};

const OTHER_USER: &str = "usr_2";

/// Returns an item of [`USER`]'s, connected as the sandbox's user `bank_user`, that our API shows in its current
/// state.
async fn known_item(deployment: &Deployment, bank_user: &str, status: &str) -> ItemId {
    let item_id = deployment.connect(USER, bank_user).await;
    deployment.item_reaches(item_id, status).await;
    deliver_event(deployment, "item/created", item_id).await;
    item_id
}

async fn deliver_event(deployment: &Deployment, event: &str, item_id: ItemId) {
    let event = json!({"event": event, "eventId": event, "itemId": item_id});
    assert_eq!(deployment.deliver(&event).await, 200);
    deployment.sync_all().await;
}

async fn ask(deployment: &Deployment, user: &str, item_id: impl ToString) -> Response<Body> {
    let body = json!({"itemId": item_id.to_string()});
    let request = sample::with_body("connect-token/update-mode.json", user, &body);
    answer(deployment, request).await
}

/// Returns every part of a response that its receiver sees.
fn seen(response: &Response<Body>) -> String {
    let body = String::from_utf8_lossy(response.body());
    format!("{} {:?} {body}", response.status(), response.headers())
}

#[tokio::test]
async fn the_token_and_the_widget_are_for_the_callers_own_item() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment, "user-ok", "UPDATED").await;
    let recorder = Recorder::answering("token");
    let app = recorder.connect_token(&deployment).await;
    let body = json!({"itemId": item_id});
    let request = sample::with_body("connect-token/update-mode.json", USER, &body);

    let response = connect_token::handle(&app, request, now()).await;

    assert_eq!(response.status(), 200);
    assert_eq!(
        json_of(&response)["connect"],
        json!({"includeSandbox": true, "language": "pt", "updateItem": item_id})
    );
    assert_eq!(
        recorder.last(),
        json!({"itemId": item_id, "options": {"clientUserId": USER}})
    );
}

#[tokio::test]
async fn with_the_token_the_item_is_updated_and_no_other() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment, "user-ok", "UPDATED").await;
    let other = known_item(&deployment, "user-ok", "UPDATED").await;
    let issued = json_of(&ask(&deployment, USER, item_id).await);

    let mut statuses = Vec::new();
    for item_id in [item_id, other] {
        let update = reqwest::Client::new()
            .patch(format!("{}/items/{item_id}", deployment.pluggy.url()))
            .header("X-API-KEY", issued["accessToken"].as_str().unwrap())
            .header("Content-Type", "application/json")
            .body("{}")
            .send();
        statuses.push(update.await.unwrap().status().as_u16());
    }

    assert_eq!(statuses, [200, 403]);
}

#[tokio::test]
async fn options_for_choosing_and_making_an_item_are_omitted() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment, "user-ok", "UPDATED").await;
    let kept = json!({
        "includeSandbox": true, "allowConnectInBackground": true, "allowFullscreen": false,
        "language": "pt", "forceOauthInBrowser": true, "forceAskForCredentials": true,
        "wideDesktopModal": false, "url": "https://connect.pluggy.ai",
    });
    let mut connect = kept.clone();
    for (option, value) in [
        ("selectedConnectorId", json!(2)),
        ("connectorTypes", json!(["PERSONAL_BANK"])),
        ("connectorIds", json!([2])),
        ("countries", json!(["BR"])),
        ("products", json!(["ACCOUNTS"])),
        ("connectorSortAlphabetically", json!(true)),
        ("moveSecurityData", json!("{}")),
    ] {
        connect[option] = value;
    }
    let token = json!({
        "oauthRedirectUri": "https://app.example.com/oauth", "avoidDuplicates": true,
        "products": ["ACCOUNTS"],
    });
    let recorder = Recorder::answering("token");
    let mut app = recorder.connect_token(&deployment).await;
    let profiles = json!({"default": {"connect": connect, "token": token}});
    app.profiles = profiles.to_string().parse().unwrap();
    let body = json!({"itemId": item_id, "theme": "dark", "selectedConnectorId": 601});
    let request = sample::with_body("connect-token/update-mode.json", USER, &body);

    let response = json_of(&connect_token::handle(&app, request, now()).await);

    let mut expected = kept;
    expected["updateItem"] = json!(item_id);
    expected["theme"] = "dark".into();
    assert_eq!(response["connect"], expected);
    let options = json!({
        "clientUserId": USER, "oauthRedirectUri": "https://app.example.com/oauth",
    });
    assert_eq!(
        recorder.last(),
        json!({"itemId": item_id, "options": options})
    );
}

#[tokio::test]
async fn credentials_are_requested_only_where_the_earlier_ones_cannot_work() {
    let cases = [
        ("user-ok", "UPDATED", Value::Null),
        ("user-ok-auth-pending", "OUTDATED", Value::Null),
        ("user-unavailable", "OUTDATED", Value::Null),
        ("user-account-need-actions", "OUTDATED", Value::Null),
        ("nobody-the-bank-knows", "LOGIN_ERROR", json!(true)),
        ("user-locked", "LOGIN_ERROR", json!(true)),
        ("user-account-credentials-reset", "LOGIN_ERROR", json!(true)),
    ];
    let deployment = Deployment::start().await;
    for (bank_user, status, forced) in cases {
        let item_id = known_item(&deployment, bank_user, status).await;

        let response = json_of(&ask(&deployment, USER, item_id).await);

        assert_eq!(
            response["connect"]["forceAskForCredentials"], forced,
            "{bank_user}"
        );
    }
}

#[tokio::test]
async fn an_item_of_meu_pluggy_is_refused_without_a_request_to_pluggy() {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect_at(200, USER, &json!({})).await;
    deployment.item_reaches(item_id, "UPDATED").await;
    deliver_event(&deployment, "item/created", item_id).await;
    let asked_before = deployment.requests_for("POST", "/connect_token");

    let refused = ask(&deployment, USER, item_id).await;
    let foreign = ask(&deployment, OTHER_USER, item_id).await;

    assert_eq!(refused.status(), 409);
    assert_eq!(
        json_of(&refused)["type"],
        "urn:pluggy-lambda:problem:item-not-updatable"
    );
    assert_eq!(foreign.status(), 404);
    assert_eq!(
        deployment.requests_for("POST", "/connect_token"),
        asked_before
    );
    let request = sample::with_body("connect-token/no-body.json", USER, &json!({}));
    assert_eq!(answer(&deployment, request).await.status(), 200);
}

#[tokio::test]
async fn an_item_that_was_never_fetched_gets_no_token() {
    let deployment = Deployment::start().await;
    let item_id = deployment.never_fetched_item(USER).await;
    let tokens = deployment.requests_for("POST", "/connect_token");

    let response = ask(&deployment, USER, item_id).await;

    assert_eq!(response.status(), 404);
    assert_eq!(deployment.requests_for("POST", "/connect_token"), tokens);
    assert_eq!(deployment.status_of(USER, item_id).await.0, 200);
    deployment.pluggy.clear_faults();
    deployment.sync_all().await;
    assert_eq!(ask(&deployment, USER, item_id).await.status(), 200);
}

#[tokio::test]
async fn foreign_gone_and_unknown_items_are_answered_alike_without_a_request_to_pluggy() {
    let deployment = Deployment::start().await;
    let foreign = known_item(&deployment, "user-ok", "UPDATED").await;
    let gone = known_item(&deployment, "user-ok", "UPDATED").await;
    let client = deployment.pluggy_client();
    client.delete_item(gone, now()).await.unwrap();
    deliver_event(&deployment, "item/deleted", gone).await;
    let asked_before = deployment.pluggy.requests().len();

    let answers = [
        ask(&deployment, OTHER_USER, foreign).await,
        ask(&deployment, OTHER_USER, gone).await,
        ask(&deployment, USER, gone).await,
        ask(&deployment, OTHER_USER, Uuid::new_v4()).await,
    ];

    let expected = seen(&answers[0]);
    assert!(expected.starts_with("404"), "{expected}");
    for answer in &answers {
        assert_eq!(seen(answer), expected);
    }
    assert_eq!(deployment.pluggy.requests().len(), asked_before);
}

#[tokio::test]
async fn an_item_of_which_only_pluggy_knows_that_it_is_gone_is_answered_the_same() {
    let deployment = Deployment::start().await;
    let item_id = known_item(&deployment, "user-ok", "UPDATED").await;
    let client = deployment.pluggy_client();
    client.delete_item(item_id, now()).await.unwrap();

    let gone = ask(&deployment, USER, item_id).await;
    let unknown = ask(&deployment, USER, Uuid::new_v4()).await;

    assert_eq!(seen(&gone), seen(&unknown));
    assert_eq!(
        deployment.requests_for("POST", "/connect_token"),
        2,
        "for the connection, and for the item that our row still has"
    );
}
