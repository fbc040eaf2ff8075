//! A proxy between a function and what it calls, in which what is called for goes wrong.

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

mod connections;
mod exchange;
mod severance;

/// One request that came by.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// What went wrong.
    pub fault: Option<Fault>,
    /// The status and body of the answer from upstream, if it arrived there.
    pub answer: Option<(u16, Bytes)>,
}

/// What makes a TLS connection of a plain one.
struct Acceptor(TlsAcceptor);

/// A proxy. It serves until it is dropped.
#[derive(Debug)]
pub struct FaultProxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    _server: Task,
}

#[derive(Debug)]
struct Shared {
    acceptor: Option<Acceptor>,
    upstream: Upstream,
    dialect: Dialect,
    plan: Mutex<(Plan, StdRng)>,
    exchanges: Mutex<Vec<Exchange>>,
    severances: broadcast::Sender<Severance>,
    connections: Connections,
}

impl FaultProxy {
    /// A proxy for `upstream`, an address such as `http://127.0.0.1:8000`, in which all goes well until it is told
    /// otherwise.
    pub async fn start(upstream: &str, dialect: Dialect, seed: u64) -> Result<Self, StartError> {
        Self::listen(upstream, dialect, seed, None).await
    }

    /// The same with TLS on the side of the functions.
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
            severances: broadcast::channel(16).0,
            connections: Connections::default(),
        });
        Ok(Self {
            address,
            _server: Task::spawn(accept(listener, Arc::clone(&shared))),
            shared,
        })
    }

    /// Where functions find it.
    pub fn url(&self) -> String {
        let scheme = self.shared.acceptor.as_ref().map_or("http", |_| "https");
        format!("{scheme}://{}", self.address)
    }

    /// From now on, this goes wrong.
    pub fn set_plan(&self, plan: Plan) {
        lock(&self.shared.plan).0 = plan;
    }

    /// Every request so far.
    pub fn exchanges(&self) -> Vec<Exchange> {
        lock(&self.shared.exchanges).clone()
    }

    /// How many requests went wrong so far.
    pub fn faults(&self) -> usize {
        let exchanges = lock(&self.shared.exchanges);
        exchanges
            .iter()
            .filter(|exchange| exchange.fault.is_some())
            .count()
    }

    /// How many connections there have been so far.
    pub fn connections(&self) -> usize {
        self.shared.connections.made()
    }

    /// Lets all connections die, and gives how many there were. New ones can be made at once.
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
            // Most often too many open files: wait for some to close.
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
        while connections.try_join_next().is_some() {}
    }
}

/// One connection, until either side or a severance ends it.
async fn serve(shared: Arc<Shared>, stream: TcpStream) {
    let mut severances = shared.severances.subscribe();
    // Before the socket, so that it goes after it: what is not alive any more is closed.
    let mut alive = Some(shared.connections.enter());
    let _ = stream.set_nodelay(true);
    let Ok(socket) = stream.as_fd().try_clone_to_owned() else {
        return;
    };
    let socket = Arc::new(socket);
    let mut connection = pin!(connection(&shared, &socket, stream));
    tokio::select! {
        // Whoever went away, it was meant to be.
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

/// Lets the socket end with a reset when it is closed.
fn will_reset(socket: &OwnedFd) {
    let _ = rustix::net::sockopt::set_socket_linger(socket, Some(Duration::ZERO));
}

impl std::fmt::Debug for Acceptor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Acceptor")
    }
}
