//! The next action of a user, with the data that the app needs for it, at each kind of sandbox connection.

use jiff::{SignedDuration, Timestamp};
use pluggy::ItemId;
use runtime::clock::now;
use serde_json::{Value, json};
use tests::deployment::CLIENT_ID;
use tests::{Deployment, sample};

use super::{USER, json_of};

const BANK: u32 = 2;
const BANK_WITH_MFA: u32 = 5;
const BANK_WITH_QR: u32 = 19;
const MEU_PLUGGY: u32 = 200;

/// Connects an item of `USER` at a connector, stores its row once it has reached `status`, and returns its id.
async fn connected(
    deployment: &Deployment,
    connector_id: u32,
    parameters: &Value,
    status: &str,
) -> ItemId {
    let item_id = deployment.connect_at(connector_id, USER, parameters).await;
    deployment.item_reaches(item_id, status).await;
    deployment
        .deliver(&json!({"event": "item/updated", "eventId": item_id, "itemId": item_id}))
        .await;
    deployment.sync_all().await;
    item_id
}

fn login(user: &str) -> Value {
    json!({"user": user, "password": "password-ok"})
}

/// Returns the item as our API shows it to `USER` at `at`.
async fn item_at(deployment: &Deployment, item_id: ItemId, at: Timestamp) -> Value {
    let request = sample::get_item(USER, &item_id.to_string(), &[("accept-language", "en")]);
    json_of(&item_status::handle(&deployment.item_status(), request, at).await)
}

#[tokio::test]
async fn a_consent_that_has_expired_is_the_reason_from_its_end_on() {
    let deployment = Deployment::start().await;
    let end = now() + SignedDuration::from_hours(1);
    deployment.consents_end_at(end);
    let item_id = connected(&deployment, BANK, &login("user-ok"), "UPDATED").await;

    let before = item_at(&deployment, item_id, end - SignedDuration::from_secs(1)).await;
    let after = item_at(&deployment, item_id, end).await;

    assert_eq!(before["phase"], "ready");
    assert_eq!(after["phase"], "reconnect");
    assert_eq!(after["nextAction"]["reason"], "consent_expired");
    assert_eq!(after["nextAction"]["kind"], "connect_again");
    for item in [before, after] {
        let shown: Timestamp = item["consentExpiresAt"].as_str().unwrap().parse().unwrap();
        assert_eq!(shown.as_millisecond(), end.as_millisecond());
    }
}

#[tokio::test]
async fn a_prompt_comes_with_its_label_type_choices_or_image_and_expiry() {
    let deployment = Deployment::start_in_real_time().await;
    let cases = [
        (BANK_WITH_MFA, "user-ok", "Token", "number"),
        (BANK, "user-ok-img", "Code in the image", "image"),
        (BANK, "user-ok-select", "Account", "select"),
    ];
    for (connector_id, user, label, kind) in cases {
        let item_id = connected(
            &deployment,
            connector_id,
            &login(user),
            "WAITING_USER_INPUT",
        )
        .await;

        let action = item_at(&deployment, item_id, now()).await["nextAction"].clone();

        assert_eq!(action["kind"], "answer_mfa", "{action}");
        assert_eq!(action["connectToken"], json!({"itemId": item_id}));
        assert_eq!(action["bank"], Value::Null);
        let expires_at: Timestamp = action["expiresAt"].as_str().unwrap().parse().unwrap();
        assert!(expires_at > now());
        let prompt = &action["prompt"];
        assert_eq!(
            (&prompt["label"], &prompt["type"]),
            (&json!(label), &json!(kind))
        );
        assert_eq!(prompt["image"].is_string(), kind == "image", "{prompt}");
        assert_eq!(prompt["options"].is_array(), kind == "select", "{prompt}");
        assert_eq!(prompt.get("value"), None);
    }
}

#[tokio::test]
async fn a_prompt_that_has_expired_is_no_prompt_any_more() {
    let deployment = Deployment::start_in_real_time().await;
    let item_id = connected(
        &deployment,
        BANK_WITH_MFA,
        &login("user-ok"),
        "WAITING_USER_INPUT",
    )
    .await;

    let item = item_at(&deployment, item_id, now() + SignedDuration::from_hours(1)).await;

    assert_eq!(item["phase"], "reconnect");
    assert_eq!(item["nextAction"]["kind"], "reconnect");
    assert_eq!(item["nextAction"]["prompt"], Value::Null);
    assert_eq!(
        item["nextAction"]["connectToken"],
        json!({"itemId": item_id})
    );
}

#[tokio::test]
async fn an_action_at_the_bank_comes_with_the_data_that_it_needs() {
    let deployment = Deployment::start_in_real_time().await;
    let item_id = connected(
        &deployment,
        BANK_WITH_QR,
        &login("user-ok"),
        "WAITING_USER_ACTION",
    )
    .await;

    let item = item_at(&deployment, item_id, now()).await;
    let later = item_at(&deployment, item_id, now() + SignedDuration::from_hours(1)).await;

    assert_eq!(item["phase"], "waiting_user");
    let action = &item["nextAction"];
    assert_eq!(action["kind"], "act_at_bank");
    assert_eq!(action["reason"], "bank_action_required");
    assert_eq!(action["connectToken"], Value::Null);
    assert!(action["expiresAt"].is_string(), "{action}");
    assert_eq!(action["bank"]["type"], "qr");
    assert!(action["bank"]["instructions"].is_string(), "{action}");
    let attributes = action["bank"]["attributes"].as_object().unwrap();
    assert!(!attributes.is_empty());
    assert!(attributes.values().all(Value::is_string), "{attributes:?}");
    assert_eq!(later["nextAction"]["kind"], "reconnect");
    assert_eq!(later["nextAction"]["bank"], Value::Null);
}

#[tokio::test]
async fn data_that_nobody_updates_is_not_called_current_after_a_week() {
    let deployment = Deployment::start().await;
    let item_id = connected(&deployment, BANK, &login("user-ok"), "UPDATED").await;
    let weeks_later = now() + SignedDuration::from_hours(72 * 24);
    let planned = item_at(&deployment, item_id, now()).await;
    disable_auto_sync(&deployment, item_id).await;

    let current = item_at(&deployment, item_id, now()).await;
    let stale = item_at(&deployment, item_id, weeks_later).await;

    assert!(planned["nextAutoSyncAt"].is_string());
    assert_eq!(current["nextAutoSyncAt"], Value::Null);
    assert_eq!(current["nextAction"]["reason"], "up_to_date");
    assert_eq!(stale["phase"], "ready");
    let action = &stale["nextAction"];
    assert_eq!(action["kind"], "update");
    assert_eq!(action["reason"], "data_stale");
    assert_eq!(action["connectToken"], json!({"itemId": item_id}));
    assert!(
        !action["message"].as_str().unwrap().contains("up to date"),
        "{action}"
    );
    let request = sample::with_body("connect-token/no-body.json", USER, &action["connectToken"]);
    let token = connect_token::handle(&deployment.connect_token(), request, now()).await;
    assert_eq!(json_of(&token)["connect"]["updateItem"], json!(item_id));
}

/// Turns auto-sync off at Pluggy, and stores the item's row again.
async fn disable_auto_sync(deployment: &Deployment, item_id: ItemId) {
    let credentials = deployment.tables.credential_store();
    let stored = credentials.api_key(CLIENT_ID.parse().unwrap()).await;
    let key = stored.unwrap().unwrap().key;
    let url = deployment.pluggy.url();
    let answer = reqwest::Client::new()
        .patch(format!("{url}/items/{item_id}/disable-auto-sync"))
        .header("X-API-KEY", key.expose())
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    deployment
        .deliver(&json!({"event": "item/updated", "eventId": "no-auto-sync", "itemId": item_id}))
        .await;
    deployment.sync_all().await;
}

#[tokio::test]
async fn a_meu_pluggy_connection_is_connected_again_and_never_updated() {
    let deployment = Deployment::start().await;
    let item_id = connected(&deployment, MEU_PLUGGY, &json!({}), "UPDATED").await;
    disable_auto_sync(&deployment, item_id).await;

    let item = item_at(
        &deployment,
        item_id,
        now() + SignedDuration::from_hours(8 * 24),
    )
    .await;

    let action = &item["nextAction"];
    assert_eq!(action["reason"], "data_stale");
    assert_eq!(action["kind"], "connect_again");
    assert_eq!(action["connectToken"], json!({}));
}

#[tokio::test]
async fn a_device_to_authorize_is_described_for_a_day() {
    let deployment = Deployment::start().await;
    let item_id = connected(
        &deployment,
        BANK,
        &login("user-ok-auth-pending"),
        "OUTDATED",
    )
    .await;

    let item = item_at(&deployment, item_id, now()).await;
    let next_day = item_at(&deployment, item_id, now() + SignedDuration::from_hours(24)).await;

    let bank = &item["nextAction"]["bank"];
    assert_eq!(item["nextAction"]["kind"], "authorize_device");
    assert!(!bank["attributes"].as_object().unwrap().is_empty());
    assert_eq!(next_day["phase"], "reconnect");
    assert_eq!(next_day["nextAction"]["bank"], Value::Null);
}

#[tokio::test]
async fn the_banks_own_words_reach_the_user() {
    let deployment = Deployment::start().await;
    let user = "user-account-need-actions-provider-message";
    let item_id = connected(&deployment, BANK, &login(user), "OUTDATED").await;

    let item = item_at(&deployment, item_id, now()).await;

    let words = item["error"]["providerMessage"].as_str().unwrap();
    assert_eq!(item["nextAction"]["kind"], "act_at_bank");
    assert_eq!(item["nextAction"]["bank"]["providerMessage"], words);
    assert_eq!(
        item["nextAction"]["connectToken"],
        json!({"itemId": item_id})
    );
}

#[tokio::test]
async fn an_unavailable_bank_is_distinguished_from_wrong_credentials() {
    let deployment = Deployment::start().await;
    let unavailable = connected(&deployment, BANK, &login("user-unavailable"), "OUTDATED").await;
    let wrong = connected(&deployment, BANK, &login("nobody"), "LOGIN_ERROR").await;

    let unavailable = item_at(&deployment, unavailable, now()).await["nextAction"].clone();
    let wrong = item_at(&deployment, wrong, now()).await["nextAction"].clone();

    assert_eq!(unavailable["kind"], "wait_for_bank");
    assert_eq!(unavailable["connectToken"], Value::Null);
    assert_eq!(wrong["kind"], "reconnect");
    assert_ne!(unavailable["message"], wrong["message"]);
}

#[tokio::test]
async fn each_product_has_its_freshness_and_its_problem() {
    let deployment = Deployment::start().await;
    let whole = connected(&deployment, BANK, &login("user-ok"), "UPDATED").await;
    let part = connected(
        &deployment,
        BANK,
        &login("user-ok-account-error"),
        "UPDATED",
    )
    .await;

    let whole = item_at(&deployment, whole, now()).await;
    let part = item_at(&deployment, part, now()).await;

    assert_eq!(whole["products"]["accounts"]["isUpdated"], true);
    assert_eq!(
        whole["products"]["accounts"]["lastUpdatedAt"],
        whole["lastUpdatedAt"]
    );
    assert_eq!(part["phase"], "ready_partial");
    let failed: Vec<&Value> = part["products"]
        .as_object()
        .unwrap()
        .values()
        .filter(|product| product["isUpdated"] == false)
        .collect();
    assert!(!failed.is_empty(), "{}", part["products"]);
    for product in failed {
        assert_eq!(product["warnings"][0]["code"], "001", "{product}");
    }
}
