//! A fake of the Lambda Runtime API for one process.
//!
//! Source: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use runtime::clock;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;
use uuid::Uuid;

use crate::StartError;
use crate::lock::lock;
use crate::server::{Task, serve};

/// The maximum size of a function's response.
const MAX_BODY_BYTES: usize = 6 * 1024 * 1024;

/// The reply of a process, with the time since it received the event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The function's response.
    Response(Vec<u8>, Duration),
    /// The function's error.
    Error(Vec<u8>, Duration),
    /// The error of a failed init.
    InitError(Vec<u8>),
}

/// The Runtime API of one process.
#[derive(Debug)]
pub struct RuntimeApi {
    address: SocketAddr,
    invocations: mpsc::UnboundedSender<Invocation>,
    event_requests: watch::Receiver<EventRequests>,
    _server: Task,
}

/// The state of the process's requests for events.
#[derive(Clone, Copy, Debug, Default)]
struct EventRequests {
    /// When the first request arrived.
    first: Option<Instant>,
    /// Whether a request waits for an event.
    waits: bool,
}

#[derive(Debug)]
struct Invocation {
    function_arn: String,
    event: Vec<u8>,
    timeout: Duration,
    reply: oneshot::Sender<Reply>,
}

/// The event that the process handles.
struct Current {
    id: Uuid,
    since: Instant,
    reply: oneshot::Sender<Reply>,
}

struct Shared {
    waiting: tokio::sync::Mutex<mpsc::UnboundedReceiver<Invocation>>,
    current: Mutex<Option<Current>>,
    event_requests: watch::Sender<EventRequests>,
}

impl RuntimeApi {
    /// Starts the API. It serves until it is dropped.
    pub async fn start() -> Result<Self, StartError> {
        let (invocations, waiting) = mpsc::unbounded_channel();
        let (sender, event_requests) = watch::channel(EventRequests::default());
        let shared = Arc::new(Shared {
            waiting: waiting.into(),
            current: Mutex::default(),
            event_requests: sender,
        });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route(
                "/2018-06-01/runtime/invocation/{id}/response",
                post(response),
            )
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .route("/2018-06-01/runtime/init/error", post(init_error))
            .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
            .with_state(shared);
        let (address, server) = serve(router).await?;
        Ok(Self {
            address,
            invocations,
            event_requests,
            _server: server,
        })
    }

    /// Returns the API's address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits for the first request for an event, which ends init. Returns the time of that request.
    pub async fn first_asked(&self) -> Option<Instant> {
        let mut event_requests = self.event_requests.clone();
        let requested = event_requests
            .wait_for(|event_requests| event_requests.first.is_some())
            .await;
        requested.ok()?.first
    }

    /// Waits until the process has requested an event and none is queued.
    pub async fn waited_for(&self) {
        // The sender lives as long as the server.
        let _ = self
            .event_requests
            .clone()
            .wait_for(|event_requests| event_requests.waits)
            .await;
    }

    /// Sends the process an event, which it must answer within `timeout`.
    pub fn submit(
        &self,
        function: &str,
        event: Vec<u8>,
        timeout: Duration,
    ) -> oneshot::Receiver<Reply> {
        let (reply, answered) = oneshot::channel();
        let function_arn = format!("arn:aws:lambda:sa-east-1:123456789012:function:{function}");
        // Without a server there is no reply, and the receiver reports that.
        let _ = self.invocations.send(Invocation {
            function_arn,
            event,
            timeout,
            reply,
        });
        answered
    }
}

async fn next(State(shared): State<Arc<Shared>>) -> Response {
    let now = Instant::now();
    shared.event_requests.send_modify(|event_requests| {
        event_requests.first.get_or_insert(now);
        event_requests.waits = true;
    });
    let Some(invocation) = shared.waiting.lock().await.recv().await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    shared
        .event_requests
        .send_modify(|event_requests| event_requests.waits = false);
    let id = Uuid::new_v4();
    let timeout = i64::try_from(invocation.timeout.as_millis()).unwrap_or(i64::MAX);
    let deadline = clock::now().as_millisecond().saturating_add(timeout);
    let trace_id = format!(
        "Root=1-00000000-{};Sampled=0",
        id.simple().to_string().split_off(8)
    );
    *lock(&shared.current) = Some(Current {
        id,
        since: Instant::now(),
        reply: invocation.reply,
    });
    let headers = [
        ("Content-Type", "application/json".to_owned()),
        ("Lambda-Runtime-Aws-Request-Id", id.to_string()),
        ("Lambda-Runtime-Deadline-Ms", deadline.to_string()),
        (
            "Lambda-Runtime-Invoked-Function-Arn",
            invocation.function_arn,
        ),
        ("Lambda-Runtime-Trace-Id", trace_id),
    ];
    (headers, invocation.event).into_response()
}

async fn response(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<Uuid>,
    body: Bytes,
) -> Response {
    finish(&shared, id, |took| Reply::Response(body.into(), took))
}

async fn error(State(shared): State<Arc<Shared>>, Path(id): Path<Uuid>, body: Bytes) -> Response {
    finish(&shared, id, |took| Reply::Error(body.into(), took))
}

/// Handles an init error. No event belongs to it yet, so the first queued event fails.
async fn init_error(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    if let Some(invocation) = shared.waiting.lock().await.recv().await {
        let _ = invocation.reply.send(Reply::InitError(body.into()));
    }
    accepted()
}

fn finish(shared: &Shared, id: Uuid, reply: impl FnOnce(Duration) -> Reply) -> Response {
    let Some(current) = lock(&shared.current).take_if(|current| current.id == id) else {
        let error = r#"{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}"#;
        return (StatusCode::BAD_REQUEST, error).into_response();
    };
    // The caller may have timed out.
    let _ = current.reply.send(reply(current.since.elapsed()));
    accepted()
}

fn accepted() -> Response {
    (StatusCode::ACCEPTED, r#"{"status":"OK"}"#).into_response()
}
