//! The testbed of a proof: tables, the sandbox, a fault proxy before each, and the built functions.

mod convergence;
mod time;

use std::collections::HashSet;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use client::Client;
use harness::{
    Bootstraps, Dialect, FaultProxy, Fed, Fleet, Function, FunctionSettings, SecretsManager,
    StreamMapping, TestAuthority,
};
use pluggy::ItemId;
use runtime::env::Environment;
use serde_json::json;
use store::schema;
use tests::deployment::{CLIENT_ID, CLIENT_SECRET, WEBHOOK_SECRET};
use tests::function_settings::{SECRET_NAME, function_settings};
use tests::secrets::{ERASURE_KEY, ERASURE_SECRET_ARN};
use tests::tables::Row;
use tests::{Deployment, stream};

use crate::proof;

/// The mapping in the template. It retries for 12 hours, longer than any proof.
pub(crate) const MAPPING: StreamMapping = StreamMapping {
    batch_size: stream::ITEM_SYNC_BATCH_SIZE,
    max_retries: u32::MAX,
    timeout: Duration::from_mins(1),
};
const SCHEDULER_TIMEOUT: Duration = Duration::from_secs(30);

pub(crate) struct Stack {
    pub(crate) deployment: Deployment,
    /// The proxy between the functions and DynamoDB.
    pub(crate) dynamodb: FaultProxy,
    /// The proxy between the functions and the sandbox.
    pub(crate) pluggy: FaultProxy,
    /// The authority of both proxies, where functions reach them over TLS.
    authority: Option<TestAuthority>,
    secrets: SecretsManager,
    bootstraps: Bootstraps,
    fed: Mutex<HashSet<(String, String)>>,
    /// A client that reaches the sandbox past the proxy.
    truth: Client,
}

impl Stack {
    pub(crate) async fn start() -> Self {
        Self::of(Deployment::start().await).await
    }

    /// Starts a stack with TLS between the functions and what they call, as on AWS.
    pub(crate) async fn over_tls() -> Self {
        let stack = Self::start().await;
        let authority = TestAuthority::new().unwrap();
        let over_tls = async |upstream: &str, dialect| {
            FaultProxy::start_over_tls(&authority, upstream, dialect, proof::seed())
                .await
                .unwrap()
        };
        let Deployment { tables, pluggy, .. } = &stack.deployment;
        Self {
            dynamodb: over_tls(tables.url.as_deref().unwrap(), Dialect::DynamoDb).await,
            pluggy: over_tls(pluggy.url(), Dialect::Pluggy).await,
            authority: Some(authority),
            ..stack
        }
    }

    pub(crate) async fn of(deployment: Deployment) -> Self {
        let (dynamodb, pluggy) = (
            deployment.tables.url.as_deref().unwrap(),
            deployment.pluggy.url(),
        );
        let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        let secrets = SecretsManager::start(SECRET_NAME, &secret(CLIENT_ID)).await;
        let secrets = secrets.unwrap();
        secrets.set(ERASURE_SECRET_ARN, ERASURE_KEY);
        Self {
            dynamodb: FaultProxy::start(dynamodb, Dialect::DynamoDb, proof::seed())
                .await
                .unwrap(),
            pluggy: FaultProxy::start(pluggy, Dialect::Pluggy, proof::seed())
                .await
                .unwrap(),
            authority: None,
            secrets,
            bootstraps: Bootstraps::of_environment(&Environment::of_process(), root),
            fed: Mutex::default(),
            truth: deployment.pluggy_client(),
            deployment,
        }
    }

    /// Returns the settings with which a function runs.
    pub(crate) fn settings(&self, name: &str) -> FunctionSettings {
        let bootstrap = self.bootstraps.path(name);
        let settings = function_settings(name, bootstrap, &self.deployment.tables)
            .with("AWS_ENDPOINT_URL_DYNAMODB", self.dynamodb.url())
            .with("AWS_ENDPOINT_URL_SECRETS_MANAGER", self.secrets.url())
            .with("PLUGGY_BASE_URL", self.pluggy.url());
        match &self.authority {
            Some(authority) => {
                settings.with("LOOPBACK_CA_BUNDLE", authority.bundle().to_str().unwrap())
            }
            None => settings,
        }
    }

    pub(crate) async fn function(&self, name: &str) -> Function {
        Function::start(self.settings(name)).await.unwrap()
    }

    pub(crate) async fn fleet(&self, name: &str, size: usize) -> Fleet {
        Fleet::start(&self.settings(name), size).await.unwrap()
    }

    /// Connects this many items for one user, and waits until the bank has answered for all.
    pub(crate) async fn connect(&self, user: &str, count: usize) -> Vec<ItemId> {
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(self.deployment.connect(user, "user-ok").await);
        }
        for item_id in &items {
            self.deployment.item_reaches(*item_id, "UPDATED").await;
        }
        items
    }

    /// Stores a webhook event for each item, past the webhook function.
    pub(crate) async fn store_events(
        &self,
        name: &str,
        event_id: &str,
        user: &str,
        items: &[ItemId],
    ) {
        for item_id in items {
            let event = json!({
                "event": name, "eventId": event_id, "itemId": item_id, "clientUserId": user,
            });
            assert_eq!(self.deployment.deliver(&event).await, 200);
        }
    }

    /// Lets Pluggy update each item once more, and waits until it has changed.
    pub(crate) async fn change(&self, items: &[ItemId]) {
        for item_id in items {
            assert!(
                self.deployment
                    .pluggy
                    .sync(item_id.to_string().parse().unwrap())
            );
        }
        for item_id in items {
            self.deployment.item_reaches(*item_id, "UPDATED").await;
        }
    }

    /// Returns the event rows about items that the stream has not yet passed to item-sync, oldest first.
    pub(crate) async fn new_rows(&self) -> Vec<Row> {
        let mut rows = self.deployment.tables.event_rows().await;
        let mut fed = self.fed.lock().unwrap();
        rows.retain(|row| {
            let key = [schema::PARTITION_KEY, schema::SORT_KEY]
                .map(|name| row[name].as_s().unwrap().clone());
            let [partition, sort] = key;
            partition.starts_with(schema::ITEM_PREFIX) && fed.insert((partition, sort))
        });
        rows
    }

    /// Feeds the new rows of the event table to item-sync.
    pub(crate) async fn feed(&self, item_sync: &Function) -> Fed {
        let records = stream::records(&self.new_rows().await);
        MAPPING.feed(item_sync, &records).await.unwrap()
    }

    /// Stores the credentials of an application in Secrets Manager.
    pub(crate) fn set_credentials(&self, client_id: &str) {
        self.secrets.set(SECRET_NAME, &secret(client_id));
    }

    /// Runs one tick of scheduler, and feeds the result to item-sync.
    pub(crate) async fn tick(&self, scheduler: &Function, item_sync: &Function) -> Fed {
        self.schedule(scheduler).await;
        self.feed(item_sync).await
    }

    /// Runs one tick of scheduler.
    pub(crate) async fn schedule(&self, scheduler: &Function) {
        let answer = scheduler.invoke(b"{}", SCHEDULER_TIMEOUT).await.unwrap();
        assert!(answer.json().is_some(), "scheduler failed: {answer:?}");
    }
}

fn secret(client_id: &str) -> String {
    let secret = json!({
        "clientId": client_id, "clientSecret": CLIENT_SECRET, "webhookSecret": WEBHOOK_SECRET,
    });
    secret.to_string()
}
