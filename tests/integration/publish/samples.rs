//! The sample events are what the function takes.

use serde_json::Value;
use tests::sample;

use super::Stand;

#[tokio::test]
async fn the_sample_batches_are_told() {
    let stand = Stand::start().await;
    let records = |name: &str| -> Vec<Value> {
        let batch = sample::json(&format!("publish/{name}.json"));
        batch["Records"].as_array().unwrap().clone()
    };

    assert_eq!(stand.feed(&records("webhooks")).await, [""; 0]);
    assert_eq!(stand.feed(&records("item-changes")).await, [""; 0]);

    assert_eq!(
        stand.told(),
        [
            "webhook.transactions/created",
            "webhook.benefits/new",
            "item.connecting",
            "item.ready",
        ]
    );
}

#[tokio::test]
async fn the_sample_command_is_carried_out() {
    let stand = Stand::start().await;

    let report = stand
        .command(&sample::json("publish/republish.json"))
        .await
        .unwrap();

    assert_eq!(report["result"], "republished");
    assert!(report["cursor"].is_null());
}
