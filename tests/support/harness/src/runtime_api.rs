//! A stand-in for the Lambda Runtime API, for one process.
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

/// The largest answer of a function.
const MAX_BODY_BYTES: usize = 6 * 1024 * 1024;

/// What a process answered, and how long it took from when it got the event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The function's answer.
    Response(Vec<u8>, Duration),
    /// The function's error.
    Error(Vec<u8>, Duration),
    /// Why the function did not start.
    InitError(Vec<u8>),
}

/// The API that one process asks for events.
#[derive(Debug)]
pub struct RuntimeApi {
    address: SocketAddr,
    invocations: mpsc::UnboundedSender<Invocation>,
    asking: watch::Receiver<Asking>,
    _server: Task,
}

/// Whether the process asks for an event.
#[derive(Clone, Copy, Debug, Default)]
struct Asking {
    /// When it first did.
    first: Option<Instant>,
    /// It has asked, and was not given any yet.
    waits: bool,
}

#[derive(Debug)]
struct Invocation {
    function_arn: String,
    event: Vec<u8>,
    timeout: Duration,
    reply: oneshot::Sender<Reply>,
}

/// The event that the process works on.
struct Current {
    id: Uuid,
    since: Instant,
    reply: oneshot::Sender<Reply>,
}

struct Shared {
    waiting: tokio::sync::Mutex<mpsc::UnboundedReceiver<Invocation>>,
    current: Mutex<Option<Current>>,
    asking: watch::Sender<Asking>,
}

impl RuntimeApi {
    /// Serves as soon as this returns, until it is dropped.
    pub async fn start() -> Result<Self, StartError> {
        let (invocations, waiting) = mpsc::unbounded_channel();
        let (asks, asking) = watch::channel(Asking::default());
        let shared = Arc::new(Shared {
            waiting: waiting.into(),
            current: Mutex::default(),
            asking: asks,
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
            asking,
            _server: server,
        })
    }

    /// Where the process finds it.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until the process asks for its first event, which ends its init, and gives the time at which it did.
    pub async fn first_asked(&self) -> Option<Instant> {
        let mut asking = self.asking.clone();
        let asked = asking.wait_for(|asking| asking.first.is_some()).await;
        asked.ok()?.first
    }

    /// Waits until the process asks for an event and there is none.
    pub async fn waited_for(&self) {
        // The sender goes away only with the server.
        let _ = self.asking.clone().wait_for(|asking| asking.waits).await;
    }

    /// Gives the process one more event, which it must answer within `timeout`.
    pub fn submit(
        &self,
        function: &str,
        event: Vec<u8>,
        timeout: Duration,
    ) -> oneshot::Receiver<Reply> {
        let (reply, answered) = oneshot::channel();
        let function_arn = format!("arn:aws:lambda:sa-east-1:123456789012:function:{function}");
        // Without a server there is no answer, which the receiver tells.
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
    shared.asking.send_modify(|asking| {
        asking.first.get_or_insert(now);
        asking.waits = true;
    });
    let Some(invocation) = shared.waiting.lock().await.recv().await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    shared.asking.send_modify(|asking| asking.waits = false);
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

/// There is no event yet to which it belongs, so the first one that waits is what fails.
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
    // Whoever asked may have given up.
    let _ = current.reply.send(reply(current.since.elapsed()));
    accepted()
}

fn accepted() -> Response {
    (StatusCode::ACCEPTED, r#"{"status":"OK"}"#).into_response()
}
