//! A proxy before DynamoDB that reports the units of each request: by the documented rules, and as the engine counts
//! them.

#![expect(
    clippy::indexing_slicing,
    reason = "a JSON value that is not there reads as null"
)]

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::State;
use axum::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::StartError;
use crate::aws_json::target;
use crate::capacity::{Item, TableSchema, Units};
use crate::lock::lock;
use crate::server::{Task, serve};
use crate::upstream::Upstream;

mod reported;
mod rules;

const API: &str = "DynamoDB_20120810";
const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;

/// One request to DynamoDB.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consumption {
    /// The operation, such as `PutItem`.
    pub operation: String,
    /// The table's name.
    pub tables: Vec<String>,
    /// The status of the answer.
    pub status: u16,
    /// The units by the documented rules; `None` for an operation without a rule here.
    pub units: Option<Units>,
    /// The units that the engine reports; `None` if it reports none, as for a write whose condition fails.
    pub reported: Option<Units>,
}

/// A meter that serves until it is dropped.
#[derive(Debug)]
pub struct CapacityMeter {
    address: SocketAddr,
    shared: Arc<Shared>,
    _server: Task,
}

#[derive(Debug)]
struct Shared {
    upstream: Upstream,
    schemas: Mutex<HashMap<String, TableSchema>>,
    consumptions: Mutex<Vec<Consumption>>,
}

impl CapacityMeter {
    /// Starts a meter before `upstream`, an address such as `http://127.0.0.1:8000`. The meter reads each row before
    /// and after a write, so two clients must not write the same row at once.
    pub async fn start(upstream: &str) -> Result<Self, StartError> {
        let shared = Arc::new(Shared {
            upstream: Upstream::new(upstream),
            schemas: Mutex::default(),
            consumptions: Mutex::default(),
        });
        let router = Router::new().fallback(call).with_state(Arc::clone(&shared));
        let (address, server) = serve(router).await?;
        Ok(Self {
            address,
            shared,
            _server: server,
        })
    }

    /// Returns the meter's URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the consumption since the last call, in order.
    pub fn take(&self) -> Vec<Consumption> {
        std::mem::take(&mut *lock(&self.shared.consumptions))
    }
}

async fn call(State(shared): State<Arc<Shared>>, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let answer = match to_bytes(body, MAX_BODY_BYTES).await {
        Ok(body) => shared.pass_on(parts, body).await,
        Err(_) => None,
    };
    answer.unwrap_or_else(|| StatusCode::BAD_GATEWAY.into_response())
}

impl Shared {
    /// Forwards a request; returns `None` if there is no response.
    async fn pass_on(&self, parts: Parts, body: Bytes) -> Option<Response> {
        let operation = target(&parts.headers)
            .and_then(|target| target.strip_prefix(API)?.strip_prefix('.'))
            .map(ToOwned::to_owned);
        match (operation, serde_json::from_slice(&body)) {
            (Some(operation), Ok(request)) => self.metered(parts, operation, request).await,
            // A request that only opens a connection, or one to DynamoDB Streams.
            _ => Some(respond(self.send(parts, body).await?)),
        }
    }

    async fn metered(
        &self,
        mut parts: Parts,
        operation: String,
        mut request: Value,
    ) -> Option<Response> {
        let metered = MeteredRequest {
            shared: self,
            parts: parts.clone(),
            request: request.clone(),
        };
        let before = metered.before(&operation).await?;
        let members = request.as_object_mut()?;
        members.insert("ReturnConsumedCapacity".to_owned(), json!("INDEXES"));
        // The signed length differs from the new one.
        parts.headers.remove(CONTENT_LENGTH);
        let answer = self.send(parts, request.to_string().into()).await?;
        let (mut head, body) = answer.into_parts();
        let mut answer: Value = serde_json::from_slice(&body).ok()?;
        let consumption = Consumption {
            units: metered
                .units(&operation, before, head.status.is_success(), &answer)
                .await,
            reported: reported::units(&operation, &answer),
            tables: metered.tables(),
            status: head.status.as_u16(),
            operation,
        };
        lock(&self.consumptions).push(consumption);
        if let Some(answer) = answer.as_object_mut() {
            answer.remove("ConsumedCapacity");
        }
        // The checksum belongs to the original body.
        head.headers.remove("x-amz-crc32");
        Some(respond(Response::from_parts(
            head,
            answer.to_string().into(),
        )))
    }

    async fn send(&self, parts: Parts, body: Bytes) -> Option<Response<Bytes>> {
        self.upstream.send(Request::from_parts(parts, body)).await
    }
}

fn respond(answer: Response<Bytes>) -> Response {
    let (mut head, body) = answer.into_parts();
    head.headers.remove(TRANSFER_ENCODING);
    head.headers.remove(CONTENT_LENGTH);
    Response::from_parts(head, body.into())
}

/// A request, with the means to send further requests with the sender's credentials.
struct MeteredRequest<'a> {
    shared: &'a Shared,
    parts: Parts,
    request: Value,
}

impl MeteredRequest<'_> {
    /// Returns the table of a request about one.
    fn table(&self) -> String {
        let table = self.request["TableName"].as_str();
        table.unwrap_or_default().to_owned()
    }

    /// Returns the tables of the request: several of a batch read.
    fn tables(&self) -> Vec<String> {
        match self.request["RequestItems"].as_object() {
            Some(tables) => tables.keys().cloned().collect(),
            None => vec![self.table()],
        }
    }

    /// Returns the current row under a key.
    async fn row(&self, table: &str, key: &Item) -> Option<Option<Item>> {
        let request = json!({ "TableName": table, "Key": key, "ConsistentRead": true });
        let answer = self.ask("GetItem", &request).await?;
        Some(answer["Item"].as_object().cloned())
    }

    async fn schema(&self, table: &str) -> Option<TableSchema> {
        if let Some(schema) = lock(&self.shared.schemas).get(table) {
            return Some(schema.clone());
        }
        let description = self
            .ask("DescribeTable", &json!({ "TableName": table }))
            .await?;
        let schema = TableSchema::of_description(&description);
        lock(&self.shared.schemas).insert(table.to_owned(), schema.clone());
        Some(schema)
    }

    async fn ask(&self, operation: &str, request: &Value) -> Option<Value> {
        let mut parts = self.parts.clone();
        parts.headers.remove(CONTENT_LENGTH);
        let target = HeaderValue::try_from(format!("{API}.{operation}")).ok()?;
        parts.headers.insert("x-amz-target", target);
        let answer = self.shared.send(parts, request.to_string().into()).await?;
        serde_json::from_slice(answer.body()).ok()
    }
}
