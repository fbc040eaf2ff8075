//! A fake of Amazon EventBridge with one event bus, for `PutEvents` and `DescribeEventBus`.
//!
//! Sources: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>,
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html>

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::post;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use runtime::clock;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::StartError;
use crate::aws_json::{AwsJson, target};
use crate::lock::lock;
use crate::queue::Queue;
use crate::server::{Task, serve};

pub use self::published::Published;
pub use self::refusal::Refusal;

use self::entry::{Entry, Flaw};

mod entry;
mod published;
mod refusal;

const PUT_EVENTS: &str = "AWSEvents.PutEvents";
const DESCRIBE_EVENT_BUS: &str = "AWSEvents.DescribeEventBus";
const JSON: AwsJson = AwsJson::V1_1;
const MAX_ENTRIES: usize = 10;
/// The maximum size of all entries of a request together.
const MAX_BYTES: usize = 256 * 1024;
/// The maximum size of a request body. The wire format is larger than the counted size.
const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;

/// An event bus that serves until it is dropped.
#[derive(Debug)]
pub struct EventBus {
    address: SocketAddr,
    shared: Arc<Shared>,
    _server: Task,
}

#[derive(Debug)]
struct Shared {
    arn: String,
    state: Mutex<Bus>,
}

#[derive(Debug)]
struct Bus {
    is_gone: bool,
    random: StdRng,
    refusals: Vec<Refusal>,
    requests: usize,
    published: Vec<Published>,
    rules: Vec<Rule>,
}

/// A rule that forwards events to a queue.
#[derive(Debug)]
struct Rule {
    detail_types: Vec<String>,
    queue: Queue,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DescribeEventBus {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutEvents {
    entries: Vec<Entry>,
}

impl EventBus {
    /// Starts the bus `arn`. It accepts every well-formed entry until refusals are set.
    pub async fn start(arn: &str, seed: u64) -> Result<Self, StartError> {
        let shared = Arc::new(Shared {
            arn: arn.to_owned(),
            state: Mutex::new(Bus {
                is_gone: false,
                random: StdRng::seed_from_u64(seed),
                refusals: Vec::new(),
                requests: 0,
                published: Vec::new(),
                rules: Vec::new(),
            }),
        });
        let router = Router::new()
            .route("/", post(call))
            .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
            .with_state(Arc::clone(&shared));
        let (address, server) = serve(router).await?;
        Ok(Self {
            address,
            shared,
            _server: server,
        })
    }

    /// Returns the service's URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the bus's ARN.
    pub fn arn(&self) -> &str {
        &self.shared.arn
    }

    /// Deletes the bus. As on AWS, it still accepts entries, and nobody receives them.
    pub fn delete(&self) {
        lock(&self.shared.state).is_gone = true;
    }

    /// Refuses these entries from now on, and no others. The first matching refusal decides.
    pub fn set_refusals(&self, refusals: impl Into<Vec<Refusal>>) {
        lock(&self.shared.state).refusals = refusals.into();
    }

    /// Sends events of these types to the queue from now on, as a rule does.
    pub fn send_to(&self, queue: &Queue, detail_types: &[&str]) {
        lock(&self.shared.state).rules.push(Rule {
            detail_types: detail_types.iter().map(ToString::to_string).collect(),
            queue: queue.clone(),
        });
    }

    /// Returns all accepted events, in order.
    pub fn published(&self) -> Vec<Published> {
        lock(&self.shared.state).published.clone()
    }

    /// Returns the number of requests.
    pub fn requests(&self) -> usize {
        lock(&self.shared.state).requests
    }
}

async fn call(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    match target(&headers) {
        Some(PUT_EVENTS) => put_events(&shared, &body),
        Some(DESCRIBE_EVENT_BUS) => describe(&shared, &body),
        _ => JSON.unknown_operation(),
    }
}

fn describe(shared: &Shared, body: &[u8]) -> Response {
    match serde_json::from_slice(body) {
        Ok(DescribeEventBus { name }) if name == shared.arn && !lock(&shared.state).is_gone => {
            JSON.answer(&json!({ "Arn": name, "Name": name.rsplit('/').next() }))
        }
        Ok(_) => JSON.refusal("ResourceNotFoundException", "Event bus does not exist."),
        Err(error) => JSON.refusal("SerializationException", &error.to_string()),
    }
}

fn put_events(shared: &Shared, body: &[u8]) -> Response {
    let entries = match serde_json::from_slice(body) {
        Ok(PutEvents { entries }) => entries,
        Err(error) => return JSON.refusal("SerializationException", &error.to_string()),
    };
    if !(1..=MAX_ENTRIES).contains(&entries.len()) {
        let message = "1 validation error detected: Value at 'entries' failed to satisfy constraint: \
             Member must have length between 1 and 10";
        return JSON.refusal("ValidationException", message);
    }
    if entries.iter().map(Entry::size).sum::<usize>() > MAX_BYTES {
        let message = "Total size of the entries in the request is over the limit.";
        return JSON.refusal("ValidationException", message);
    }
    JSON.answer(&put(shared, entries))
}

fn put(shared: &Shared, entries: Vec<Entry>) -> Value {
    let mut state = lock(&shared.state);
    let request = state.requests;
    state.requests += 1;
    let mut failed = 0;
    let results: Vec<Value> = entries
        .into_iter()
        .map(|entry| match state.flaw(&entry) {
            Some(flaw) => {
                failed += 1;
                json!({ "ErrorCode": flaw.code, "ErrorMessage": flaw.message })
            }
            // The response does not reveal that nobody receives the event.
            None if state.is_gone || !entry.is_for(&shared.arn) => {
                json!({ "EventId": Uuid::new_v4() })
            }
            None => json!({ "EventId": state.publish(entry, request) }),
        })
        .collect();
    json!({ "FailedEntryCount": failed, "Entries": results })
}

impl Bus {
    /// Returns the reason why the entry is refused.
    fn flaw(&mut self, entry: &Entry) -> Option<Flaw> {
        let random = &mut self.random;
        entry.flaw().or_else(|| {
            self.refusals
                .iter()
                .find(|refusal| refusal.holds(entry, random))
                .map(|refusal| Flaw {
                    code: refusal.code(),
                    message: "refused on purpose",
                })
        })
    }

    /// Accepts the entry and returns its id on the bus.
    fn publish(&mut self, entry: Entry, request: usize) -> Uuid {
        let event = Published::of(entry, request, clock::now());
        for rule in &self.rules {
            if rule.detail_types.contains(&event.detail_type) {
                rule.queue.send(event.envelope());
            }
        }
        let id = event.id;
        self.published.push(event);
        id
    }
}
