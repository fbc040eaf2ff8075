use sandbox::HealthStatus;
use serde_json::json;

use crate::client::{Pluggy, login};
use crate::endpoint::Endpoint;

async fn ids(pluggy: &Pluggy, query: &str) -> Vec<u64> {
    let page = pluggy.get(&format!("/connectors{query}")).await.body;
    let results = page["results"].as_array().unwrap();
    assert_eq!(page["total"], results.len());
    results
        .iter()
        .map(|connector| connector["id"].as_u64().unwrap())
        .collect()
}

#[tokio::test]
async fn sandbox_connectors_are_listed_only_on_request() {
    let pluggy = Pluggy::start().await;

    assert_eq!(ids(&pluggy, "").await, [212, 219, 601]);
    assert!(
        ids(&pluggy, "?sandbox=true")
            .await
            .starts_with(&[2, 4, 5, 8])
    );
}

#[tokio::test]
async fn connectors_can_be_filtered() {
    let pluggy = Pluggy::start().await;

    assert_eq!(ids(&pluggy, "?name=caixa").await, [219]);
    assert_eq!(ids(&pluggy, "?isOpenFinance=true").await, [601]);
    assert_eq!(
        ids(&pluggy, "?sandbox=true&types=BUSINESS_BANK").await,
        [8, 10]
    );
    assert!(ids(&pluggy, "?countries=AR,MX").await.is_empty());
}

#[tokio::test]
async fn an_unknown_connector_is_not_found() {
    let pluggy = Pluggy::start().await;

    let answer = pluggy.get("/connectors/999").await;

    assert_eq!(answer.status, 404);
    assert_eq!(answer.body["codeDescription"], "CONNECTOR_NOT_FOUND");
    assert_eq!(pluggy.get("/connectors/x").await.status, 400);
}

#[tokio::test]
async fn a_change_of_health_is_shown_and_published() {
    let pluggy = Pluggy::start().await;
    let endpoint = Endpoint::start().await;
    let webhook = json!({ "url": endpoint.url, "event": "connector/status_updated" });
    pluggy.post("/webhooks", webhook).await;

    let item = pluggy.connect(2, "user-ok").await;

    assert!(
        pluggy
            .sandbox
            .set_connector_health(2, HealthStatus::Offline)
    );

    let body = endpoint
        .received_once("connector/status_updated")
        .await
        .body;
    assert_eq!(body["id"], "2");
    assert_eq!(body["connectorId"], 2);
    assert_eq!(body["data"], json!({ "status": "OFFLINE" }));
    assert_eq!(
        pluggy.get("/connectors/2").await.body["health"]["status"],
        "OFFLINE"
    );
    let shown = pluggy.get(&format!("/items/{item}")).await.body;
    assert_eq!(shown["connector"]["health"]["status"], "OFFLINE");
    let refused = pluggy.post("/items", login(2, "user-ok")).await;
    assert_eq!(refused.status, 400);
    assert_eq!(refused.body["codeDescription"], "CONNECTOR_OFFLINE");
}
