//! The testbed for measurements of the built functions: real engines behind TLS, and rows to work on.

mod events;
mod success;

use std::path::{Path, PathBuf};

use harness::{
    Bootstraps, EventBus, FunctionSettings, Queue, TestAuthority, TlsFront, node_bootstrap,
};
use pluggy::ItemId;
use runtime::env::Environment;
use sandbox::Settings;
use serde_json::{Value, json};

use crate::function_settings::function_settings;
use crate::{Deployment, Tables, deployment, stream};

pub use success::{Requests, assert_success, assert_work};

/// The owner of the item.
pub const USER: &str = "usr_01J9X";
/// The number of items of [`Testbed::start`].
pub const BATCH: usize = 10;
/// The baseline of all comparisons: a function that returns a constant.
pub const FLOOR: &str = "floor";
/// The rival of webhook: a handler in Node.js that does the same work, if `RIVAL` names the folder of its bundle.
pub const RIVAL: &str = "rival";
const BUS: &str = "arn:aws:events:sa-east-1:123456789012:event-bus/pluggy-lambda";
/// An address that refuses connections: only root may listen on this port.
const REFUSES: &str = "https://127.0.0.1:1";
/// Fast enough to wait for a connection, and slow enough that the item does not change afterwards.
const TIME_SCALE: u32 = 10;

/// A handler in Node.js.
struct Rival {
    /// The folder of its bundle.
    folder: PathBuf,
    /// The search path with Node.js.
    path: String,
}

/// The testbed of the built functions. It exists until it is dropped.
pub struct Testbed {
    /// The tables and the sandbox.
    pub deployment: Deployment,
    /// The TLS endpoint of the tables' engine.
    pub dynamodb: TlsFront,
    /// The TLS endpoint of the sandbox.
    pub pluggy: TlsFront,
    /// The TLS endpoint of the event bus.
    pub event_bridge: TlsFront,
    /// The caller's item, which is up to date.
    pub item_id: ItemId,
    bus: EventBus,
    queue: Queue,
    authority: TestAuthority,
    bootstraps: Bootstraps,
    rival: Option<Rival>,
    /// The stream records of the events behind the items' rows. The record of the caller's item is the first.
    records: Vec<Value>,
}

impl Testbed {
    /// Starts all services and connects the items for [`USER`]. Stores the shared API key, so that no function needs to
    /// authenticate.
    pub async fn start() -> Self {
        Self::with_items(BATCH).await
    }

    /// Starts the same with another number of items.
    pub async fn with_items(items: usize) -> Self {
        let authority = TestAuthority::new().unwrap();
        let settings = Settings {
            time_scale: TIME_SCALE,
            ..deployment::settings()
        };
        let deployment = Deployment::start_with(settings).await;
        let bus = EventBus::start(BUS, 1).await.unwrap();
        let (engine, bus_url) = (deployment.tables.url.as_deref().unwrap(), bus.url());
        let (dynamodb, pluggy, event_bridge) = tokio::try_join!(
            TlsFront::start(&authority, engine),
            TlsFront::start(&authority, deployment.pluggy.url()),
            TlsFront::start(&authority, &bus_url),
        )
        .unwrap();
        let item_ids = connected(&deployment, items).await;
        let rows = deployment.tables.event_rows().await;
        let records = records_of(&item_ids, stream::records(&rows));
        let environment = Environment::of_process();
        let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        Self {
            bootstraps: Bootstraps::of_environment(&environment, root),
            rival: Rival::of_environment(&environment),
            queue: Queue::start("publish-dead-letters", 1).await.unwrap(),
            deployment,
            dynamodb,
            pluggy,
            event_bridge,
            item_id: item_ids[0],
            bus,
            authority,
            records,
        }
    }

    /// Returns the settings of a function that reaches all services.
    pub fn settings(&self, name: &str) -> FunctionSettings {
        self.at(
            name,
            &self.dynamodb.url(),
            &self.pluggy.url(),
            &self.event_bridge.url(),
        )
    }

    /// Returns the same settings without TLS, to measure the cost of TLS.
    pub fn settings_in_the_clear(&self, name: &str) -> FunctionSettings {
        let engine = self.deployment.tables.url.as_deref().unwrap();
        self.at(name, engine, self.deployment.pluggy.url(), &self.bus.url())
    }

    /// Returns the settings of a function whose connections are all refused.
    pub fn settings_unconnected(&self, name: &str) -> FunctionSettings {
        self.at(name, REFUSES, REFUSES, REFUSES)
    }

    /// Renews the hint quota of [`USER`], which connect-events needs. Call this before each life of a process.
    pub async fn renew_hints(&self) {
        self.deployment.tables.renew_hints(USER).await;
    }

    /// Returns the `number`-th event of a function. Call this when the event is due, because it contains the time. Do
    /// not repeat numbers on one testbed, because a repeated event is a duplicate.
    pub fn event(&self, name: &str, number: u64) -> Vec<u8> {
        events::event(self, name, number).to_string().into_bytes()
    }

    /// Returns the `number`-th batch of item-sync, with one record for each of the first `items`. Numbers work as in
    /// [`Self::event`].
    pub fn batch(&self, items: usize, number: u64) -> Vec<u8> {
        events::batch(&self.records[..items], number)
            .to_string()
            .into_bytes()
    }

    /// Returns the number of requests so far.
    pub fn requests(&self) -> Requests {
        Requests {
            dynamodb: self.dynamodb.requests(),
            pluggy: self.pluggy.requests(),
            event_bridge: self.event_bridge.requests(),
        }
    }

    /// Returns the number of TLS connections so far.
    pub fn handshakes(&self) -> u64 {
        self.dynamodb.handshakes() + self.pluggy.handshakes() + self.event_bridge.handshakes()
    }

    /// Returns whether the rival is there.
    pub fn has_rival(&self) -> bool {
        self.rival.is_some()
    }

    /// Returns the file of a function: its binary, or the rival's bundle.
    pub fn file(&self, name: &str) -> PathBuf {
        match &self.rival {
            Some(rival) if name == RIVAL => rival.folder.join("index.mjs"),
            _ => self.bootstraps.path(name),
        }
    }

    fn at(&self, name: &str, dynamodb: &str, pluggy: &str, event_bridge: &str) -> FunctionSettings {
        let settings = match &self.rival {
            Some(rival) if name == RIVAL => rival.settings(&self.deployment.tables),
            _ => function_settings(name, self.file(name), &self.deployment.tables),
        };
        settings
            .with("AWS_ENDPOINT_URL_DYNAMODB", dynamodb)
            .with("AWS_ENDPOINT_URL_EVENTBRIDGE", event_bridge)
            // No measured function should need the secret, or send anything to the queue.
            .with("AWS_ENDPOINT_URL_SECRETS_MANAGER", REFUSES)
            .with("AWS_ENDPOINT_URL_SQS", REFUSES)
            .with("EVENT_BUS", self.bus.arn())
            .with(
                "LOOPBACK_CA_BUNDLE",
                self.authority.bundle().to_str().unwrap(),
            )
            .with("PLUGGY_BASE_URL", pluggy)
            .with("DEAD_LETTER_QUEUE_URL", self.queue.url())
    }
}

impl Rival {
    fn of_environment(environment: &Environment) -> Option<Self> {
        Some(Self {
            folder: environment.optional("RIVAL")?.into(),
            path: environment.optional("PATH")?,
        })
    }

    fn settings(&self, tables: &Tables) -> FunctionSettings {
        function_settings(RIVAL, node_bootstrap(), tables)
            .with("PATH", &self.path)
            .with("LAMBDA_TASK_ROOT", self.folder.to_str().unwrap())
            .with("_HANDLER", "index.handler")
    }
}

/// Connects items and waits until they are up to date. Returns them with their rows, and one event for each.
async fn connected(deployment: &Deployment, items: usize) -> Vec<ItemId> {
    let mut item_ids = Vec::with_capacity(items);
    for _ in 0..items {
        item_ids.push(deployment.connect(USER, "user-ok").await);
    }
    for (number, item_id) in item_ids.iter().enumerate() {
        deployment.item_reaches(*item_id, "UPDATED").await;
        let event = json!({
            "event": "item/updated", "eventId": format!("5cee0000-0000-4000-8000-{number:012}"),
            "itemId": item_id, "triggeredBy": "SYNC", "clientUserId": USER,
        });
        assert_eq!(deployment.deliver(&event).await, 200);
    }
    deployment.sync_all().await;
    item_ids
}

/// Returns the records in the order of the items.
fn records_of(item_ids: &[ItemId], records: Vec<Value>) -> Vec<Value> {
    let of = |item_id: &ItemId| {
        let key = format!("ITEM#{item_id}");
        let mut records = records.iter();
        let found = records.find(|record| record["dynamodb"]["Keys"]["pk"]["S"] == key.as_str());
        found.unwrap().clone()
    };
    item_ids.iter().map(of).collect()
}
