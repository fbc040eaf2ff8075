//! The testbed: tables and the sandbox behind TLS, each with threads of its own so that its processor time is known, and
//! items whose rows are up to date.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bench::progress::Progress;
use client::Client;
use harness::{Bootstraps, FunctionSettings, TestAuthority, TlsFront};
use pluggy::ItemId;
use runtime::clock;
use runtime::env::Environment;
use runtime::metrics::Emitter;
use sandbox::{Effect, Fault, Switches};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::function_settings::function_settings;
use tests::{Deployment, TableStream, Tables, deployment, stream};
use tokio::runtime::{Builder, Runtime};
use uuid::Uuid;

/// The threads of DynamoDB's engine and of Pluggy's stand-in, with their endpoints.
pub(crate) const DYNAMODB_THREADS: &str = "dynamodb";
pub(crate) const PLUGGY_THREADS: &str = "pluggy";
/// An address that refuses connections: only root may listen on this port.
const REFUSES: &str = "https://127.0.0.1:1";
/// Pluggy's time for a call.
const PLUGGYS_TIME: u64 = 250;
/// Pluggy's time for a slow call.
const SLOW_TIME: u64 = 3_000;
/// One call in so many is slow: 5 %.
const CALLS_FOR_A_SLOW_ONE: usize = 20;
/// The calls that Pluggy allows in a minute where it limits them.
const CALLS_A_MINUTE: u32 = 360;

/// Behavior of Pluggy in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pluggy {
    Normal,
    /// 5 % of the calls take 3 s.
    Slow,
    /// 360 calls are allowed in a minute.
    Limited,
}

/// The runtimes of the services. They must not end within another runtime.
pub(crate) struct Services {
    dynamodb: Runtime,
    pluggy: Runtime,
}

pub(crate) struct Testbed {
    pub(crate) deployment: Deployment,
    pub(crate) dynamodb: TlsFront,
    pub(crate) pluggy: TlsFront,
    /// Each has a user of its own.
    pub(crate) items: Vec<ItemId>,
    authority: Arc<TestAuthority>,
    bootstraps: Bootstraps,
    stream: TableStream,
    client: Client,
    _folder: TempDir,
}

impl Services {
    pub(crate) fn new() -> Self {
        let runtime = |name: &str| {
            let mut threads = Builder::new_multi_thread();
            let threads = threads.worker_threads(2).thread_name(name).enable_all();
            threads.build().unwrap()
        };
        Self {
            dynamodb: runtime(DYNAMODB_THREADS),
            pluggy: runtime(PLUGGY_THREADS),
        }
    }
}

impl Testbed {
    /// Starts the services and connects items.
    pub(crate) async fn start(
        services: &Services,
        items: usize,
        environment: &Environment,
        progress: &Progress,
    ) -> Self {
        let authority = Arc::new(TestAuthority::new().unwrap());
        let folder = TempDir::new().unwrap();
        let file_of_tables = folder.path().join("dynamodb.sqlite");
        let of_tables = Arc::clone(&authority);
        let tables = services.dynamodb.spawn(async move {
            let tables = Tables::create_for_many_records(&file_of_tables).await;
            let url = tables.url.clone().unwrap();
            (tables, TlsFront::start(&of_tables, &url).await.unwrap())
        });
        let of_pluggy = Arc::clone(&authority);
        let pluggy = services.pluggy.spawn(async move {
            let pluggy = sandbox::start(deployment::settings()).await.unwrap();
            let front = TlsFront::start(&of_pluggy, pluggy.url()).await.unwrap();
            (pluggy, front)
        });
        let (tables, dynamodb) = tables.await.unwrap();
        let (sandbox, pluggy) = pluggy.await.unwrap();
        let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        let stream = TableStream::of(&tables, &tables.events).await;
        let deployment = Deployment {
            tables,
            pluggy: sandbox,
            metrics: Emitter::in_memory(),
        };
        let mut testbed = Self {
            client: deployment.pluggy_client(),
            bootstraps: Bootstraps::of_environment(environment, root),
            items: Vec::new(),
            deployment,
            dynamodb,
            pluggy,
            authority,
            stream,
            _folder: folder,
        };
        for (number, user) in (1..=items).zip(users()) {
            let item = testbed.deployment.connect(&user, "user-ok").await;
            testbed.items.push(item);
            progress.report(format_args!("{number} items connected"), number, items);
        }
        testbed
    }

    /// Returns the settings of a function, with its built binary or another one.
    pub(crate) fn settings(&self, name: &str, bootstrap: Option<PathBuf>) -> FunctionSettings {
        let bootstrap = bootstrap.unwrap_or_else(|| self.bootstraps.path(name));
        function_settings(name, bootstrap, &self.deployment.tables)
            .with("AWS_ENDPOINT_URL_DYNAMODB", self.dynamodb.url())
            // The API key is stored, so nobody needs the secret.
            .with("AWS_ENDPOINT_URL_SECRETS_MANAGER", REFUSES)
            .with(
                "LOOPBACK_CA_BUNDLE",
                self.authority.bundle().to_str().unwrap(),
            )
            .with("PLUGGY_BASE_URL", self.pluggy.url())
    }

    /// Lets Pluggy update these items, and then answer as it does in the next run. Forgets limits and records of before.
    pub(crate) async fn prepare(&mut self, items: &[ItemId], behavior: Pluggy) {
        let pluggy = &self.deployment.pluggy;
        pluggy.clear_faults();
        pluggy.set_switches(Switches::default());
        for item in items {
            self.settled(*item).await;
            assert!(pluggy.sync(item.to_string().parse().unwrap()));
        }
        for item in items {
            self.settled(*item).await;
        }
        self.deployment.tables.forget_limits().await;
        let mut milliseconds = vec![PLUGGYS_TIME];
        if behavior == Pluggy::Slow {
            milliseconds = vec![PLUGGYS_TIME; CALLS_FOR_A_SLOW_ONE];
            milliseconds[CALLS_FOR_A_SLOW_ONE / 2] = SLOW_TIME;
        }
        pluggy.add_fault(Fault {
            method: Some("GET".to_owned()),
            path_prefix: "/items/".to_owned(),
            times: None,
            effect: Effect::DelayInTurn { milliseconds },
        });
        pluggy.set_switches(Switches {
            item_requests_per_minute: (behavior == Pluggy::Limited).then_some(CALLS_A_MINUTE),
            ..Switches::default()
        });
        self.new_records().await;
    }

    /// Waits until Pluggy's execution of an item has ended.
    async fn settled(&self, item: ItemId) {
        deployment::eventually("an item that is updated", async || {
            let found = self.client.item(item, clock::now()).await.unwrap()?;
            (found.status.as_str() == "UPDATED").then_some(())
        })
        .await;
    }

    /// Stores an event about an item, past the webhook's process.
    pub(crate) async fn store(&self, item: ItemId) {
        let event = json!({
            "event": "item/updated", "eventId": Uuid::new_v4(), "itemId": item, "triggeredBy": "SYNC",
        });
        assert_eq!(self.deployment.deliver(&event).await, 200);
    }

    /// Returns the stream's new records for item-sync.
    pub(crate) async fn new_records(&mut self) -> Vec<Value> {
        let mut records = self.stream.new_records().await;
        records.retain(stream::is_for_item_sync);
        records
    }

    /// Checks that each item's row has a snapshot that was fetched after `since`, in epoch milliseconds.
    pub(crate) async fn assert_fetched(&self, items: &[ItemId], since: i64) {
        let rows = self.deployment.item_sync().items;
        for item in items {
            let row = rows.get(*item).await.unwrap().unwrap();
            let fetched_at = row.snapshot().unwrap().fetched_at.as_millisecond();
            assert!(fetched_at >= since, "{item} was not fetched");
        }
    }
}

/// Returns the users of the items, in their order.
pub(crate) fn users() -> impl Iterator<Item = String> {
    (1..).map(|number| format!("usr_{number}"))
}
