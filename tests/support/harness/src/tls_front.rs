//! An https endpoint before a plain http server.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;

use crate::lock::lock;
use crate::server::{Task, listen};
use crate::upstream::Upstream;
use crate::{StartError, TestAuthority};

/// An endpoint with TLS 1.3 and HTTP/1.1 keep-alive, as AWS's endpoints have. It serves until it is dropped.
#[derive(Debug)]
pub struct TlsFront {
    address: SocketAddr,
    shared: Arc<Shared>,
    _server: Task,
}

#[derive(Debug)]
struct Shared {
    upstream: Upstream,
    handshakes: AtomicU64,
    requests: AtomicU64,
    /// The exchanges since the observation began; `None` before.
    observed: Mutex<Option<Vec<Observed>>>,
}

/// One request through an observed endpoint.
#[derive(Clone, Debug)]
pub struct Observed {
    /// The request.
    pub request: Request<Bytes>,
    /// The status of the response.
    pub status: StatusCode,
    /// When the request had arrived.
    pub began: Instant,
    /// When the response was there.
    pub ended: Instant,
}

impl TlsFront {
    /// Starts an endpoint before `upstream`, an address such as `http://127.0.0.1:8000`.
    pub async fn start(authority: &TestAuthority, upstream: &str) -> Result<Self, StartError> {
        let (listener, address) = listen().await?;
        let shared = Arc::new(Shared {
            upstream: Upstream::new(upstream),
            handshakes: AtomicU64::new(0),
            requests: AtomicU64::new(0),
            observed: Mutex::default(),
        });
        let acceptor = TlsAcceptor::from(authority.server());
        let server = Task::spawn(accept(listener, acceptor, Arc::clone(&shared)));
        Ok(Self {
            address,
            shared,
            _server: server,
        })
    }

    /// Returns the endpoint's URL.
    pub fn url(&self) -> String {
        format!("https://{}", self.address)
    }

    /// Returns the number of completed handshakes.
    pub fn handshakes(&self) -> u64 {
        self.shared.handshakes.load(Ordering::Relaxed)
    }

    /// Begins to keep every request.
    pub fn observe(&self) {
        *lock(&self.shared.observed) = Some(Vec::new());
    }

    /// Returns the requests that have ended since [`Self::observe`] and since the last call, and goes on.
    pub fn observed(&self) -> Vec<Observed> {
        let mut observed = lock(&self.shared.observed);
        observed.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Returns the number of requests.
    pub fn requests(&self) -> u64 {
        self.shared.requests.load(Ordering::Relaxed)
    }
}

/// Accepts connections. They end with the task.
async fn accept(listener: TcpListener, acceptor: TlsAcceptor, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        // Forget connections that have ended.
        while connections.try_join_next().is_some() {}
        connections.spawn(connection(stream, acceptor.clone(), Arc::clone(&shared)));
    }
}

async fn connection(stream: TcpStream, acceptor: TlsAcceptor, shared: Arc<Shared>) {
    // Otherwise small responses wait for the acknowledgment of previous packets.
    let _ = stream.set_nodelay(true);
    let Ok(stream) = acceptor.accept(stream).await else {
        return;
    };
    shared.handshakes.fetch_add(1, Ordering::Relaxed);
    let service = service_fn(|request| pass_on(&shared, request));
    // A client that disconnects is not an error.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn pass_on(
    shared: &Shared,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, hyper::Error> {
    shared.requests.fetch_add(1, Ordering::Relaxed);
    let (parts, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let request = Request::from_parts(parts, body);
    let observed = lock(&shared.observed).is_some().then(|| request.clone());
    let began = Instant::now();
    let answer = shared.upstream.send(request).await;
    let answer = answer.unwrap_or_else(|| {
        let mut answer = Response::default();
        *answer.status_mut() = StatusCode::BAD_GATEWAY;
        answer
    });
    if let (Some(request), Some(kept)) = (observed, &mut *lock(&shared.observed)) {
        kept.push(Observed {
            request,
            status: answer.status(),
            began,
            ended: Instant::now(),
        });
    }
    Ok(answer.map(Full::new))
}
