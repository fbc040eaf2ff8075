//! The sample events, which the functions accept.

use serde_json::Value;
use tests::sample;

use super::Testbed;

#[tokio::test]
async fn the_sample_batches_are_published() {
    let testbed = Testbed::start().await;
    let records = |name: &str| -> Vec<Value> {
        let batch = sample::json(&format!("publish/{name}.json"));
        batch["Records"].as_array().unwrap().clone()
    };

    assert_eq!(testbed.feed(&records("webhooks")).await, [""; 0]);
    assert_eq!(testbed.feed(&records("item-changes")).await, [""; 0]);

    assert_eq!(
        testbed.detail_types(),
        [
            "webhook.transactions/created",
            "webhook.benefits/new",
            "item.connecting",
            "item.waiting_user",
            "item.ready",
        ]
    );
    let waiting = testbed.published()[3].json();
    assert_eq!(waiting["nextAction"]["reason"], "open_finance_login");
    assert!(!waiting.to_string().contains("bank.example.com"));
}

#[tokio::test]
async fn the_sample_command_is_carried_out() {
    let testbed = Testbed::start().await;

    let report = testbed
        .command(&sample::json("republish/since.json"))
        .await
        .unwrap();

    assert_eq!(report["result"], "republished");
    assert!(report["cursor"].is_null());
}
