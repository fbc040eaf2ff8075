//! The number of reads of connectors' rows for users' requests.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use harness::{Dialect, Fault, FaultProxy, Plan};
use jiff::{SignedDuration, Timestamp};
use pluggy::ItemId;
use runtime::clock::now;
use serde_json::{Value, json};
use store::{Connectors, Items};
use tests::deployment::callers;
use tests::tables::client;
use tests::{Deployment, sample};

use super::{USER, connected, json_of};

/// A process of the function, whose reads of connectors go through a proxy of their own.
struct Process {
    app: item_status::App,
    connector_requests: FaultProxy,
}

impl Process {
    async fn start(deployment: &Deployment) -> Self {
        let tables = &deployment.tables;
        let url = tables.url.as_deref().unwrap();
        let proxy = FaultProxy::start(url, Dialect::DynamoDb, 1).await.unwrap();
        let requests = client(&proxy.url()).config().to_builder();
        let requests = requests.retry_config(RetryConfig::disabled()).build();
        Self {
            app: item_status::App {
                items: Items::new(client(url), tables.items.clone()),
                connectors: Connectors::new(Client::from_conf(requests), tables.items.clone()),
                callers: callers(),
            },
            connector_requests: proxy,
        }
    }

    fn reads(&self) -> usize {
        self.connector_requests.exchanges().len()
    }

    /// Returns the health that a response shows for an item's connector at `at`.
    async fn health(&self, item_id: ItemId, at: Timestamp) -> Value {
        let request = sample::get_item(USER, &item_id.to_string(), &[]);
        let answer = item_status::handle(&self.app, request, at).await;
        json_of(&answer)["connector"]["health"].clone()
    }
}

fn seconds(number: i64) -> SignedDuration {
    SignedDuration::from_secs(number)
}

async fn goes_offline(deployment: &Deployment) {
    let connector = serde_json::from_value(json!({"id": 2, "health": {"status": "OFFLINE"}}));
    let connectors = deployment.tables.connector_store();
    connectors
        .put_snapshot(&connector.unwrap(), now() + seconds(3600), now())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_connector_without_a_row_is_read_once_a_minute() {
    let deployment = Deployment::start().await;
    let item_id = connected(&deployment, "user-ok", "UPDATED").await;
    let process = Process::start(&deployment).await;
    let begin = now();

    for (second, reads) in [(0, 1), (1, 1), (59, 1), (60, 2), (119, 2), (120, 3)] {
        let health = process.health(item_id, begin + seconds(second)).await;

        assert_eq!((health, process.reads()), (json!("ONLINE"), reads));
    }
}

#[tokio::test]
async fn a_change_of_health_shows_after_a_minute_at_the_latest() {
    let deployment = Deployment::start().await;
    let item_id = connected(&deployment, "user-ok", "UPDATED").await;
    let process = Process::start(&deployment).await;
    let begin = now();
    assert_eq!(process.health(item_id, begin).await, "ONLINE");

    goes_offline(&deployment).await;

    let other = Process::start(&deployment).await;
    assert_eq!(other.health(item_id, begin + seconds(1)).await, "OFFLINE");
    assert_eq!(
        process.health(item_id, begin + seconds(60)).await,
        "OFFLINE"
    );
    assert_eq!(
        process.health(item_id, begin + seconds(61)).await,
        "OFFLINE"
    );
    assert_eq!((process.reads(), other.reads()), (2, 1));
}

#[tokio::test]
async fn a_read_that_failed_is_not_remembered() {
    let deployment = Deployment::start().await;
    let item_id = connected(&deployment, "user-ok", "UPDATED").await;
    goes_offline(&deployment).await;
    let process = Process::start(&deployment).await;
    let begin = now();

    process
        .connector_requests
        .set_plan(Plan::only(Fault::ServerError, 1.0));
    let without = process.health(item_id, begin).await;
    process.connector_requests.set_plan(Plan::none());
    let with = process.health(item_id, begin + seconds(1)).await;

    assert_eq!(without, "ONLINE", "as it came with the item");
    assert_eq!(with, "OFFLINE");
}

#[tokio::test]
async fn a_list_reads_only_the_connectors_that_are_not_cached() {
    let deployment = Deployment::start().await;
    let known = connected(&deployment, "user-ok", "UPDATED").await;
    let process = Process::start(&deployment).await;
    let begin = now();
    process.health(known, begin).await;
    let list = async || {
        let request = sample::get_items(USER, &[]);
        json_of(&item_status::handle(&process.app, request, begin).await)
    };

    list().await;
    assert_eq!(process.reads(), 1);
    let parameters = json!({"user": "user-ok", "password": "password-ok"});
    let other = deployment.connect_at(5, USER, &parameters).await;
    deployment
        .deliver(&json!({"event": "item/created", "eventId": other, "itemId": other}))
        .await;
    deployment.sync_all().await;
    goes_offline(&deployment).await;

    let items = list().await["items"].clone();

    assert_eq!(process.reads(), 2);
    assert_eq!(items[0]["connector"]["id"], 5);
    assert_eq!(
        items[1]["connector"]["health"], "ONLINE",
        "of less than a minute ago"
    );
}
