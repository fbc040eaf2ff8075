use sandbox::Settings;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::{Pluggy, settings};

/// Connects a user who gives full consent at the bank.
async fn connect_by_open_finance(pluggy: &Pluggy) -> Uuid {
    let body = json!({ "connectorId": 601, "parameters": { "cpf": "00000000000" } });
    let answer = pluggy.post("/items", body).await;
    answer.body["id"].as_str().unwrap().parse().unwrap()
}

async fn consents(pluggy: &Pluggy, item_id: Uuid) -> Vec<Value> {
    let page = pluggy.get(&format!("/consents?itemId={item_id}")).await;
    assert_eq!(page.status, 200);
    let results = page.body["results"].as_array().unwrap();
    assert_eq!(page.body["total"], results.len());
    results.clone()
}

#[tokio::test]
async fn open_finance_has_one_consent_from_the_login_on() {
    let pluggy = Pluggy::start().await;
    let item_id = connect_by_open_finance(&pluggy).await;

    let item = pluggy.item_once(item_id, "SUCCESS").await;

    let [consent] = <[Value; 1]>::try_from(consents(&pluggy, item_id).await).unwrap();
    assert_eq!(consent["itemId"], item_id.to_string());
    assert_eq!(consent["products"], item["products"]);
    let permissions = consent["openFinancePermissionsGranted"].as_array().unwrap();
    assert!(permissions.contains(&"ACCOUNTS_BALANCES".into()));
    assert!(consent["createdAt"].is_string());
    assert_eq!(
        (&consent["expiresAt"], &consent["revokedAt"]),
        (&Value::Null, &Value::Null)
    );
    let path = format!("/consents/{}", consent["id"].as_str().unwrap());
    assert_eq!(pluggy.get(&path).await.body, consent);
}

#[tokio::test]
async fn there_is_no_consent_before_the_login() {
    let unhurried = Settings {
        time_scale: 1,
        ..settings()
    };
    let pluggy = Pluggy::start_with(unhurried).await;

    let item_id = connect_by_open_finance(&pluggy).await;

    assert!(consents(&pluggy, item_id).await.is_empty());
}

#[tokio::test]
async fn a_further_execution_keeps_the_consent() {
    let pluggy = Pluggy::start().await;
    let item_id = connect_by_open_finance(&pluggy).await;
    let first = pluggy.item_once(item_id, "SUCCESS").await;
    let before = consents(&pluggy, item_id).await;

    pluggy.patch(&format!("/items/{item_id}"), json!({})).await;

    let path = format!("/items/{item_id}");
    let has_synced = |item: &Value| {
        item["executionStatus"] == "SUCCESS" && item["lastUpdatedAt"] != first["lastUpdatedAt"]
    };
    pluggy.get_once(&path, "another sync", has_synced).await;
    assert_eq!(consents(&pluggy, item_id).await, before);
}

#[tokio::test]
async fn other_connections_have_no_consent() {
    let pluggy = Pluggy::start().await;
    let item_id = pluggy.connect(2, "user-ok").await;

    pluggy.item_once(item_id, "SUCCESS").await;

    assert!(consents(&pluggy, item_id).await.is_empty());
}

#[tokio::test]
async fn a_consent_is_deleted_with_its_item() {
    let pluggy = Pluggy::start().await;
    let item_id = connect_by_open_finance(&pluggy).await;
    pluggy.item_once(item_id, "SUCCESS").await;
    let id = consents(&pluggy, item_id).await[0]["id"].clone();

    pluggy.delete(&format!("/items/{item_id}")).await;

    let answer = pluggy
        .get(&format!("/consents/{}", id.as_str().unwrap()))
        .await;
    assert_eq!(answer.status, 404);
    assert_eq!(answer.body["codeDescription"], "CONSENT_NOT_FOUND");
    assert!(consents(&pluggy, item_id).await.is_empty());
}

#[tokio::test]
async fn ids_are_needed_and_must_be_uuids() {
    let pluggy = Pluggy::start().await;

    for path in ["/consents", "/consents?itemId=x", "/consents/x"] {
        assert_eq!(pluggy.get(path).await.status, 400, "{path}");
    }
}
