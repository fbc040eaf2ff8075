//! The testbed of the cost measurement: the built functions on metered tables, with the sandbox and a bus behind TLS.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use harness::{
    Answer, Bootstraps, CapacityMeter, EventBus, Function, FunctionSettings, Outcome, Queue,
    SecretsManager, TestAuthority, TlsFront,
};
use pluggy::ItemId;
use runtime::clock;
use runtime::env::Environment;
use sandbox::Settings;
use serde_json::{Value, json};
use tests::function_settings::function_settings;
use tests::secrets::{ERASURE_KEY, ERASURE_SECRET_ARN};
use tests::{Deployment, TableStream, deployment, stream};

use crate::counted::{Counted, RequestCount, Waits, Work};
use crate::lambda_lines;

pub(crate) const USER: &str = "usr_01J9X";
const BUS: &str = "arn:aws:events:sa-east-1:123456789012:event-bus/pluggy-lambda";
const FUNCTIONS: [&str; 7] = [
    "connect-events",
    "connect-token",
    "item-status",
    "item-sync",
    "publish",
    "scheduler",
    "webhook",
];
/// An address that refuses connections: only root may listen on this port.
const REFUSES: &str = "https://127.0.0.1:1";
const TIMEOUT: Duration = Duration::from_secs(30);
/// Nothing reports the end of a process's output, so the testbed waits this long.
const SETTLED_AFTER: Duration = Duration::from_millis(30);

pub(crate) struct Testbed {
    pub(crate) deployment: Deployment,
    /// The number of rounds, each with a hundred operations.
    pub(crate) rounds: usize,
    /// The functions, each with one process.
    functions: BTreeMap<&'static str, Function>,
    streams: tokio::sync::Mutex<[TableStream; 2]>,
    meter: CapacityMeter,
    dynamodb: TlsFront,
    pluggy: TlsFront,
    event_bridge: TlsFront,
    secrets: TlsFront,
    _secrets_manager: SecretsManager,
    bus: EventBus,
    queue: Queue,
    authority: TestAuthority,
    bootstraps: Bootstraps,
    work: Mutex<BTreeMap<&'static str, Work>>,
    used: Mutex<BTreeMap<&'static str, Used>>,
    seen: Mutex<Seen>,
}

/// The resource usage of a process.
#[derive(Clone, Copy, Debug, Default)]
struct Used {
    cpu: Duration,
    log_bytes: usize,
}

/// The counters that only grow.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    dynamodb: usize,
    pluggy: usize,
    bus_requests: usize,
    bus_events: usize,
}

/// The new stream records that pass the template's filters.
pub(crate) struct News {
    pub(crate) for_item_sync: Vec<Value>,
    /// Records of the event table.
    pub(crate) events_to_publish: Vec<Value>,
    /// Records of the item table.
    pub(crate) items_to_publish: Vec<Value>,
}

impl Testbed {
    /// Starts the testbed. `COST_ROUNDS` sets the number of rounds, 10 by default.
    pub(crate) async fn start(environment: &Environment) -> Self {
        let rounds = environment.optional("COST_ROUNDS");
        let rounds = rounds.map_or(10, |rounds| rounds.parse().unwrap());
        let settings = Settings {
            time_scale: 100,
            ..deployment::settings()
        };
        let deployment = Deployment::start_with(settings).await;
        let tables = &deployment.tables;
        let streams = [
            TableStream::of(tables, &tables.events).await,
            TableStream::of(tables, &tables.items).await,
        ];
        let authority = TestAuthority::new().unwrap();
        let engine = tables.url.as_deref().unwrap();
        let meter = CapacityMeter::start(engine).await.unwrap();
        let bus = EventBus::start(BUS, 1).await.unwrap();
        let front = async |url: &str| TlsFront::start(&authority, url).await.unwrap();
        let secrets_manager = SecretsManager::start(ERASURE_SECRET_ARN, ERASURE_KEY).await;
        let secrets_manager = secrets_manager.unwrap();
        let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        let mut testbed = Self {
            dynamodb: front(&meter.url()).await,
            pluggy: front(deployment.pluggy.url()).await,
            event_bridge: front(&bus.url()).await,
            secrets: front(&secrets_manager.url()).await,
            _secrets_manager: secrets_manager,
            queue: Queue::start("publish-dead-letters", 1).await.unwrap(),
            bootstraps: Bootstraps::of_environment(environment, root),
            functions: BTreeMap::new(),
            streams: streams.into(),
            work: Mutex::default(),
            used: Mutex::default(),
            seen: Mutex::default(),
            deployment,
            rounds,
            meter,
            bus,
            authority,
        };
        // Stores the shared API key.
        testbed.deployment.connect(USER, "user-ok").await;
        for name in FUNCTIONS {
            let function = testbed.new_process(name).await;
            testbed.functions.insert(name, function);
        }
        testbed
    }

    /// Returns the number of requests of each kind.
    pub(crate) fn requests(&self) -> usize {
        self.rounds * 100
    }

    /// Starts one more process of a function.
    pub(crate) async fn new_process(&self, name: &str) -> Function {
        Function::start(self.settings(name)).await.unwrap()
    }

    fn settings(&self, name: &str) -> FunctionSettings {
        let tables = &self.deployment.tables;
        function_settings(name, self.bootstraps.path(name), tables)
            .with("AWS_ENDPOINT_URL_DYNAMODB", self.dynamodb.url())
            .with("AWS_ENDPOINT_URL_EVENTBRIDGE", self.event_bridge.url())
            // It has the key of the erasures alone: no measured function should need Pluggy's secret.
            .with("AWS_ENDPOINT_URL_SECRETS_MANAGER", self.secrets.url())
            // Nor should one send anything to the queue.
            .with("AWS_ENDPOINT_URL_SQS", REFUSES)
            .with("EVENT_BUS", self.bus.arn())
            .with(
                "LOOPBACK_CA_BUNDLE",
                self.authority.bundle().to_str().unwrap(),
            )
            .with("PLUGGY_BASE_URL", self.pluggy.url())
            .with("DEAD_LETTER_QUEUE_URL", self.queue.url())
    }

    /// Connects items, and waits until the bank has answered for all.
    pub(crate) async fn connect(&self, count: usize) -> Vec<ItemId> {
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(self.deployment.connect(USER, "user-ok").await);
        }
        for item_id in &items {
            self.deployment.item_reaches(*item_id, "UPDATED").await;
        }
        items
    }

    /// Starts one more execution of each item at Pluggy.
    pub(crate) async fn change(&self, items: &[ItemId]) {
        for item_id in items {
            let id = item_id.to_string().parse().unwrap();
            assert!(self.deployment.pluggy.sync(id));
        }
        for item_id in items {
            self.deployment.item_reaches(*item_id, "UPDATED").await;
        }
    }

    /// Erases a user who has nothing, and waits until no process remembers that no user is erased.
    pub(crate) async fn erase_a_user(&self) {
        let erasures = self.deployment.tables.erasure_store();
        let user = "erased".parse().unwrap();
        let user = erasures.hmac(&user).await.unwrap();
        erasures.mark_user(&user, clock::now()).await.unwrap();
        let remembered = Duration::try_from(publish::NO_ERASURES_REMEMBERED_FOR);
        tokio::time::sleep(remembered.unwrap()).await;
    }

    /// Sends a function an HTTP event, and expects this status.
    pub(crate) async fn request(&self, name: &'static str, event: &Value, status: u16) -> Value {
        let answer = self.invoke(name, event).await;
        assert_eq!(answer.status(), status, "{name}: {answer:?}");
        answer.json().unwrap()
    }

    /// Sends a function a batch, and expects no failures.
    pub(crate) async fn feed(&self, name: &'static str, records: &[Value]) {
        let answer = self.invoke(name, &json!({ "Records": records })).await;
        let done = json!({ "batchItemFailures": [] });
        assert_eq!(answer.json(), Some(done), "{name}: {answer:?}");
    }

    /// Sends a function an event.
    pub(crate) async fn invoke(&self, name: &'static str, event: &Value) -> Answer {
        let function = &self.functions[name];
        let event = event.to_string();
        let before = self.see();
        let answer = function.invoke(event.as_bytes(), TIMEOUT).await.unwrap();
        assert!(
            matches!(answer.outcome, Outcome::Response(_)),
            "{name}: {answer:?}"
        );
        let work = Work {
            invocations: 1,
            waits: self.waits_since(name, before),
            ..Work::default()
        };
        *self.work.lock().unwrap().entry(name).or_default() += work;
        answer
    }

    /// Sends a new process its first event, and counts its init too.
    pub(crate) async fn invoke_first(&self, name: &'static str, event: &Value, status: u16) {
        let before = self.see();
        let function = self.new_process(name).await;
        let event = event.to_string();
        let answer = function.invoke(event.as_bytes(), TIMEOUT).await.unwrap();
        assert_eq!(answer.status(), status, "{name}: {answer:?}");
        let used = Used::of(&function).await;
        let work = Work {
            invocations: 1,
            cpu: used.cpu,
            waits: self.waits_since(name, before),
            log_bytes: used.log_bytes,
            ..Work::default()
        };
        *self.work.lock().unwrap().entry(name).or_default() += work;
    }

    /// Returns the stream records since the last call.
    pub(crate) async fn news(&self) -> News {
        let mut streams = self.streams.lock().await;
        let [events, items] = &mut *streams;
        let (events, items) = (events.new_records().await, items.new_records().await);
        let is_item = |record: &Value| {
            let key = record["dynamodb"]["Keys"]["pk"]["S"].as_str().unwrap();
            key.starts_with("ITEM#")
        };
        let inserted = events
            .iter()
            .filter(|record| record["eventName"] == "INSERT");
        News {
            for_item_sync: inserted
                .clone()
                .filter(|record| stream::is_for_item_sync(record))
                .cloned()
                .collect(),
            events_to_publish: inserted
                .filter(|record| record["dynamodb"]["NewImage"]["origin"]["S"] == "webhook")
                .cloned()
                .collect(),
            items_to_publish: items
                .into_iter()
                .filter(|record| record["eventName"] != "REMOVE" && is_item(record))
                .collect(),
        }
    }

    /// Resets the counts.
    pub(crate) async fn begin(&self) {
        let used = self.used().await;
        self.meter.take();
        self.work.lock().unwrap().clear();
        *self.seen.lock().unwrap() = self.see();
        *self.used.lock().unwrap() = used;
    }

    /// Returns the counts since `begin`.
    pub(crate) async fn end(&self, name: &'static str, things: usize) -> Counted {
        let used = self.used().await;
        let (before, now) = (*self.seen.lock().unwrap(), self.see());
        let mut functions = std::mem::take(&mut *self.work.lock().unwrap());
        let used_before = self.used.lock().unwrap();
        for (name, work) in &mut functions {
            let (before, now) = (used_before[name], used[name]);
            work.cpu += now.cpu.saturating_sub(before.cpu);
            work.log_bytes += now.log_bytes - before.log_bytes;
            work.lambda_log_bytes = work.invocations * lambda_lines::of_invocation();
        }
        let mut requests: BTreeMap<String, RequestCount> = BTreeMap::new();
        for consumption in self.meter.take() {
            let tables = consumption.tables.iter();
            let mut tables: Vec<&str> = tables.map(|table| self.table(table)).collect();
            tables.sort_unstable();
            let key = format!("{} {}", consumption.operation, tables.join(", "));
            let count = requests.entry(key).or_default();
            count.requests += 1;
            count.units += consumption.units.unwrap();
        }
        Counted {
            name,
            things,
            functions,
            requests,
            pluggy: now.pluggy - before.pluggy,
            bus_events: now.bus_events - before.bus_events,
            api_requests: 0,
        }
    }

    /// Returns the waits of a function's invocation that began with these counters.
    fn waits_since(&self, function: &str, before: Seen) -> Waits {
        let now = self.see();
        // item-sync writes four rows at a time; counted is each of its requests to DynamoDB.
        let (dynamodb, pluggy) = match function {
            "item-sync" => (1, item_sync::FETCHES_AT_A_TIME),
            "scheduler" => (scheduler::REQUESTS_AT_A_TIME, 1),
            _ => (1, 1),
        };
        Waits {
            dynamodb: (now.dynamodb - before.dynamodb).div_ceil(dynamodb),
            event_bridge: now.bus_requests - before.bus_requests,
            pluggy: (now.pluggy - before.pluggy).div_ceil(pluggy),
        }
    }

    async fn used(&self) -> BTreeMap<&'static str, Used> {
        let mut used = BTreeMap::new();
        for (name, function) in &self.functions {
            used.insert(*name, Used::of(function).await);
        }
        used
    }

    fn see(&self) -> Seen {
        Seen {
            dynamodb: usize::try_from(self.dynamodb.requests()).unwrap(),
            pluggy: usize::try_from(self.pluggy.requests()).unwrap(),
            bus_requests: self.bus.requests(),
            bus_events: self.bus.published().len(),
        }
    }

    /// Returns the table's name in the template.
    fn table(&self, name: &str) -> &'static str {
        let tables = &self.deployment.tables;
        match name {
            name if name == tables.events => "EventTable",
            name if name == tables.items => "ItemTable",
            name if name == tables.credentials => "CredentialTable",
            name if name == tables.limits => "LimitTable",
            other => panic!("there is no table {other}"),
        }
    }
}

impl Used {
    /// Waits until the function is idle and its output is read, and returns its usage.
    async fn of(function: &Function) -> Self {
        function.idle().await;
        let bytes = || function.lines().iter().map(|line| line.len() + 1).sum();
        let mut log_bytes: usize = bytes();
        loop {
            tokio::time::sleep(SETTLED_AFTER).await;
            let more = bytes();
            if more == log_bytes {
                break;
            }
            log_bytes = more;
        }
        Self {
            cpu: function.usage().await.unwrap().cpu,
            log_bytes,
        }
    }
}
