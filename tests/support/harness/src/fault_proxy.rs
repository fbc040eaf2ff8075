//! A proxy that injects faults between a function and the services that it calls.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::os::fd::{AsFd as _, OwnedFd};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::dialect::Dialect;
use crate::fault::{Fault, Plan};
use crate::lock::lock;
use crate::server::{Task, listen};
use crate::upstream::Upstream;
use crate::{StartError, TestAuthority};

pub use self::severance::Severance;

use self::connections::Connections;
use self::in_flight::InFlight;

mod connections;
mod exchange;
mod in_flight;
mod severance;

/// One request through the proxy.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The injected fault.
    pub fault: Option<Fault>,
    /// The status and body of the upstream's response, if there was one.
    pub answer: Option<(u16, Bytes)>,
}

/// The TLS acceptor for incoming connections.
struct Acceptor(TlsAcceptor);

/// A proxy that serves until it is dropped.
#[derive(Debug)]
pub struct FaultProxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    _server: Task,
}

/// The texts whose writes are refused, and those of which one was.
#[derive(Debug, Default)]
struct Refusals {
    planned: BTreeSet<String>,
    made: BTreeSet<String>,
}

#[derive(Debug)]
struct Shared {
    acceptor: Option<Acceptor>,
    upstream: Upstream,
    dialect: Dialect,
    plan: Mutex<(Plan, StdRng)>,
    exchanges: Mutex<Vec<Exchange>>,
    refusals: Mutex<Refusals>,
    in_flight: InFlight,
    severances: broadcast::Sender<Severance>,
    connections: Connections,
}

impl FaultProxy {
    /// Starts a proxy for `upstream`, an address such as `http://127.0.0.1:8000`. It injects no faults until a plan is
    /// set.
    pub async fn start(upstream: &str, dialect: Dialect, seed: u64) -> Result<Self, StartError> {
        Self::listen(upstream, dialect, seed, None).await
    }

    /// Starts a proxy with TLS on the side of the functions.
    pub async fn start_over_tls(
        authority: &TestAuthority,
        upstream: &str,
        dialect: Dialect,
        seed: u64,
    ) -> Result<Self, StartError> {
        let acceptor = Acceptor(authority.server().into());
        Self::listen(upstream, dialect, seed, Some(acceptor)).await
    }

    async fn listen(
        upstream: &str,
        dialect: Dialect,
        seed: u64,
        acceptor: Option<Acceptor>,
    ) -> Result<Self, StartError> {
        let (listener, address) = listen().await?;
        let shared = Arc::new(Shared {
            acceptor,
            upstream: Upstream::new(upstream),
            dialect,
            plan: Mutex::new((Plan::none(), StdRng::seed_from_u64(seed))),
            exchanges: Mutex::default(),
            refusals: Mutex::default(),
            in_flight: InFlight::default(),
            severances: broadcast::channel(16).0,
            connections: Connections::default(),
        });
        Ok(Self {
            address,
            _server: Task::spawn(accept(listener, Arc::clone(&shared))),
            shared,
        })
    }

    /// Returns the proxy's URL.
    pub fn url(&self) -> String {
        let scheme = self.shared.acceptor.as_ref().map_or("http", |_| "https");
        format!("{scheme}://{}", self.address)
    }

    /// Injects these faults from now on.
    pub fn set_plan(&self, plan: Plan) {
        lock(&self.shared.plan).0 = plan;
    }

    /// Answers with a server error each request to write one row whose body has one of these texts, from now on.
    pub fn refuse_writes(&self, about: impl IntoIterator<Item = String>) {
        *lock(&self.shared.refusals) = Refusals {
            planned: about.into_iter().collect(),
            made: BTreeSet::new(),
        };
    }

    /// Returns the texts whose writes were refused since [`Self::refuse_writes`].
    pub fn refused_writes(&self) -> BTreeSet<String> {
        lock(&self.shared.refusals).made.clone()
    }

    /// Holds each request from now on whose path begins with `path_prefix`. A held request is in flight and has not
    /// arrived.
    pub fn hold(&self, path_prefix: &str) {
        self.shared.in_flight.hold(path_prefix);
    }

    /// Returns when so many requests are held at the same time.
    pub async fn held(&self, count: usize) {
        self.shared.in_flight.held(count).await;
    }

    /// Lets the held requests continue, and holds no more.
    pub fn release(&self) {
        self.shared.in_flight.release();
    }

    /// Returns the most requests that were in flight at the same time.
    pub fn most_in_flight(&self) -> usize {
        self.shared.in_flight.most()
    }

    /// Returns when no request is in flight. One that its client has given up ends when its connection does.
    pub async fn none_in_flight(&self) {
        self.shared.in_flight.none().await;
    }

    /// Returns every request so far.
    pub fn exchanges(&self) -> Vec<Exchange> {
        lock(&self.shared.exchanges).clone()
    }

    /// Returns the number of requests with a fault.
    pub fn faults(&self) -> usize {
        let exchanges = lock(&self.shared.exchanges);
        exchanges
            .iter()
            .filter(|exchange| exchange.fault.is_some())
            .count()
    }

    /// Returns the number of connections so far.
    pub fn connections(&self) -> usize {
        self.shared.connections.made()
    }

    /// Severs all connections and returns their number. New ones can be opened at once.
    pub async fn sever(&self, how: Severance) -> usize {
        let alive = self.shared.connections.alive();
        // Without a receiver there is no connection.
        let _ = self.shared.severances.send(how);
        self.shared.connections.gone(&alive).await;
        alive.len()
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                connections.spawn(serve(Arc::clone(&shared), stream));
            }
            // Usually too many open files: wait for some to close.
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
        while connections.try_join_next().is_some() {}
    }
}

/// Serves one connection until either side or a severance ends it.
async fn serve(shared: Arc<Shared>, stream: TcpStream) {
    let mut severances = shared.severances.subscribe();
    // Declared before the socket, so that it is dropped after it: a connection counts as alive until its socket is
    // closed.
    let mut alive = Some(shared.connections.enter());
    let _ = stream.set_nodelay(true);
    let Ok(socket) = stream.as_fd().try_clone_to_owned() else {
        return;
    };
    let socket = Arc::new(socket);
    let mut connection = pin!(connection(&shared, &socket, stream));
    tokio::select! {
        // Either side closed the connection on purpose.
        () = connection.as_mut() => {}
        Ok(how) = severances.recv() => how.happen(&socket, &mut alive, &mut severances).await,
    }
}

async fn connection(shared: &Arc<Shared>, socket: &Arc<OwnedFd>, stream: TcpStream) {
    match &shared.acceptor {
        None => exchanges(shared, socket, stream).await,
        Some(Acceptor(acceptor)) => {
            if let Ok(stream) = acceptor.accept(stream).await {
                exchanges(shared, socket, stream).await;
            }
        }
    }
}

async fn exchanges(
    shared: &Arc<Shared>,
    socket: &Arc<OwnedFd>,
    stream: impl AsyncRead + AsyncWrite + Unpin,
) {
    let service =
        service_fn(|request| exchange::exchange(Arc::clone(shared), Arc::clone(socket), request));
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// Makes the socket send a reset when it is closed.
fn will_reset(socket: &OwnedFd) {
    let _ = rustix::net::sockopt::set_socket_linger(socket, Some(Duration::ZERO));
}

impl std::fmt::Debug for Acceptor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Acceptor")
    }
}
