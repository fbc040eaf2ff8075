//! The DynamoDB engine behind the gates of the processes. The engine in this process is called without a socket. Every
//! event row that is written goes to the stream.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::Client;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use dynoxide::{Database, DynoxideError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tests::tables::{client_over, dynamodb_local};

use crate::gate::{Abandoned, Gate, Part, Point};
use crate::neighbors;

/// An address where nothing listens. The engine in this process needs no address.
const NOWHERE: &str = "http://127.0.0.1:9";
const TARGET: &str = "x-amz-target";
/// What a request about a connector's row has, what one about the pace of the fleet has, and what one about whether any user
/// is erased has.
const CONNECTOR: &str = r#""S":"CONNECTOR#"#;
const PACE: &str = r#""S":"PACE""#;
const ERASURES: &str = r#""S":"ERASURES""#;

/// One engine, shared by all processes of a testbed.
#[derive(Clone, Debug)]
pub(crate) struct Engine {
    url: String,
    place: Place,
    stream: Arc<Mutex<Vec<Value>>>,
    writes: Arc<AtomicUsize>,
    replacements: Arc<AtomicUsize>,
}

#[derive(Clone)]
enum Place {
    Here(Database),
    There(SharedHttpClient),
}

impl Engine {
    /// Starts an engine without tables.
    pub(crate) fn start() -> Self {
        let place = match dynamodb_local() {
            Some(_) => Place::There(aws_smithy_http_client::Builder::new().build_http()),
            None => Place::Here(Database::memory().unwrap()),
        };
        Self {
            url: dynamodb_local().unwrap_or_else(|| NOWHERE.to_owned()),
            place,
            stream: Arc::default(),
            writes: Arc::default(),
            replacements: Arc::default(),
        }
    }

    /// Returns a client for a process behind `gate`.
    pub(crate) fn client(&self, gate: &Gate) -> Client {
        let door = Door {
            engine: self.clone(),
            gate: gate.clone(),
        };
        client_over(&self.url, door)
    }

    /// Returns the n-th new image of the stream, in the order of the writes.
    pub(crate) fn image(&self, number: usize) -> Value {
        self.images()[number].clone()
    }

    /// Returns the number of images in the stream.
    pub(crate) fn stream_len(&self) -> usize {
        self.images().len()
    }

    /// Returns the number of completed writes.
    pub(crate) fn writes(&self) -> usize {
        self.writes.load(Ordering::Relaxed)
    }

    /// Returns how often a response of Pluggy's, its 404 included, has replaced the row of a history's item. All other writes
    /// update attributes of the row.
    pub(crate) fn replacements(&self) -> usize {
        self.replacements.load(Ordering::Relaxed)
    }

    /// Begins a new stream.
    pub(crate) fn clear_stream(&self) {
        self.images().clear();
    }

    fn images(&self) -> std::sync::MutexGuard<'_, Vec<Value>> {
        self.stream.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records a put of a row. One with a sort key is an event.
    fn record(&self, operation: &str, body: &[u8]) {
        self.writes.fetch_add(1, Ordering::Relaxed);
        if operation != "PutItem" {
            return;
        }
        let mut request: Value = serde_json::from_slice(body).unwrap();
        let image = request["Item"].take();
        if image.get("sk").is_some() {
            self.images().push(image);
            return;
        }
        let key = image["pk"]["S"].as_str().unwrap_or_default();
        if key.starts_with("ITEM#") && neighbors::number_in(key).is_none() {
            self.replacements.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The connection of one process to the engine.
#[derive(Clone, Debug)]
struct Door {
    engine: Engine,
    gate: Gate,
}

impl HttpClient for Door {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let way = match &self.engine.place {
            Place::Here(database) => Way::Here(database.clone()),
            Place::There(http) => Way::There(http.http_connector(settings, components)),
        };
        SharedHttpConnector::new(Connector {
            door: self.clone(),
            way,
        })
    }
}

#[derive(Clone)]
enum Way {
    Here(Database),
    There(SharedHttpConnector),
}

#[derive(Clone)]
struct Connector {
    door: Door,
    way: Way,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Self { door, way } = self.clone();
        HttpConnectorFuture::new(async move {
            let target = request.headers().get(TARGET).unwrap_or_default();
            let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
            let body = request.body().bytes().unwrap_or_default().to_vec();
            let text = String::from_utf8_lossy(&body);
            let part = part(&operation, &text);
            let gate = match operation.as_str() {
                // The scheduler reads its shards in parallel. A kill during a read equals a kill before the first
                // write.
                "Query" => &Gate::free(),
                // A connector's row is written after the item's, and no other state depends on it.
                _ if text.contains(CONNECTOR) => &Gate::free(),
                // Nothing in it names the fetch that sends it, and no user is erased beside several fetches.
                _ if text.contains(ERASURES) && door.gate.has_neighbors() => &Gate::free(),
                _ => &door.gate,
            };
            let (before, after) = match operation.as_str() {
                "BatchGetItem" | "GetItem" | "Query" | "Scan" => {
                    (Point::BeforeRead, Point::AfterRead)
                }
                _ => (Point::BeforeWrite, Point::AfterWrite),
            };
            gate.pass(part, before).await.map_err(gone)?;
            let answer = match way {
                _ if before == Point::BeforeWrite && gate.refuses(part) => refusal(),
                Way::Here(database) => answer(&database, &operation, &body),
                Way::There(connector) => connector.call(request).await?,
            };
            if before == Point::BeforeWrite && answer.status().is_success() {
                door.engine.record(&operation, &body);
            }
            gate.pass(part, after).await.map_err(gone)?;
            Ok(answer)
        })
    }
}

/// Returns the part of the process that sends this request.
fn part(operation: &str, request: &str) -> Part {
    // The rows of a batch are read at once, and the pace of the fleet is one for all.
    if operation == "BatchGetItem" || request.contains(PACE) {
        return Part::Process;
    }
    neighbors::number_in(request).map_or(Part::Item, Part::Neighbor)
}

/// Returns the response to a write that the engine refuses. No client repeats the write.
fn refusal() -> HttpResponse {
    let body =
        br#"{"__type":"com.amazon.coral.service#AccessDeniedException","message":"refused"}"#;
    HttpResponse::new(400.try_into().unwrap(), body.as_slice().into())
}

fn gone(abandoned: Abandoned) -> ConnectorError {
    ConnectorError::other(abandoned.into(), None)
}

/// Returns the response that the engine's own server would send.
fn answer(database: &Database, operation: &str, body: &[u8]) -> HttpResponse {
    let outcome = match operation {
        "BatchGetItem" => call(body, |request| database.batch_get_item(request)),
        "CreateTable" => call(body, |request| database.create_table(request)),
        "DeleteItem" => call(body, |request| database.delete_item(request)),
        "GetItem" => call(body, |request| database.get_item(request)),
        "PutItem" => call(body, |request| database.put_item(request)),
        "Query" => call(body, |request| database.query(request)),
        "Scan" => call(body, |request| database.scan(request)),
        "UpdateItem" => call(body, |request| database.update_item(request)),
        other => panic!("the functions do not call {other}"),
    };
    let (status, body) = match outcome {
        Ok(body) => (200, body),
        Err(error) => (error.status_code(), error.to_json()),
    };
    HttpResponse::new(status.try_into().unwrap(), body.into())
}

fn call<Q: DeserializeOwned, A: Serialize>(
    body: &[u8],
    act: impl FnOnce(Q) -> Result<A, DynoxideError>,
) -> Result<String, DynoxideError> {
    let answer = act(serde_json::from_slice(body).unwrap())?;
    Ok(serde_json::to_string(&answer).unwrap())
}

impl std::fmt::Debug for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Place")
    }
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Connector")
    }
}
