//! A proxy between a function and what it calls, in which what is called for goes wrong.

use std::io;
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
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{broadcast, watch};
use tokio::task::JoinSet;

use crate::StartError;
use crate::dialect::Dialect;
use crate::fault::{Fault, Plan};
use crate::lock::lock;
use crate::server::{Task, listen};

use self::upstream::Upstream;

mod exchange;
mod upstream;

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

/// How connections die.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severance {
    /// The other side has closed them.
    Closed,
    /// The other side has reset them.
    Reset,
    /// The other side has forgotten them, as a network's gateway does, and resets them when they are used.
    Forgotten,
    /// Nothing ever comes from the other side again, and nobody says so.
    Silent,
}

/// A proxy. It serves until it is dropped.
#[derive(Debug)]
pub struct FaultProxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    _server: Task,
}

#[derive(Debug)]
struct Shared {
    upstream: Upstream,
    dialect: Dialect,
    plan: Mutex<(Plan, StdRng)>,
    exchanges: Mutex<Vec<Exchange>>,
    severances: broadcast::Sender<Severance>,
    /// How many connections are alive.
    alive: watch::Sender<usize>,
}

impl FaultProxy {
    /// A proxy for `upstream`, an address such as `http://127.0.0.1:8000`, in which all goes well until it is told
    /// otherwise.
    pub async fn start(upstream: &str, dialect: Dialect, seed: u64) -> Result<Self, StartError> {
        let (listener, address) = listen().await?;
        let shared = Arc::new(Shared {
            upstream: Upstream::new(upstream),
            dialect,
            plan: Mutex::new((Plan::none(), StdRng::seed_from_u64(seed))),
            exchanges: Mutex::default(),
            severances: broadcast::channel(16).0,
            alive: watch::channel(0).0,
        });
        Ok(Self {
            address,
            _server: Task::spawn(accept(listener, Arc::clone(&shared))),
            shared,
        })
    }

    /// Where functions find it.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
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

    /// Lets all connections die, and gives how many there were. New ones can be made at once.
    pub async fn sever(&self, how: Severance) -> usize {
        let alive = *self.shared.alive.borrow();
        // Without a receiver there is no connection.
        let _ = self.shared.severances.send(how);
        let mut left = self.shared.alive.subscribe();
        let _ = left.wait_for(|left| *left == 0).await;
        alive
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
    let _ = stream.set_nodelay(true);
    let Ok(socket) = stream.as_fd().try_clone_to_owned() else {
        return;
    };
    let (socket, mut severances) = (Arc::new(socket), shared.severances.subscribe());
    let alive = Alive::new(&shared);
    let service = {
        let (shared, socket) = (Arc::clone(&shared), Arc::clone(&socket));
        service_fn(move |request| {
            exchange::exchange(Arc::clone(&shared), Arc::clone(&socket), request)
        })
    };
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    tokio::select! {
        // Whoever went away, it was meant to be.
        _ = connection.as_mut() => {}
        Ok(how) = severances.recv() => match how {
            Severance::Closed => {}
            Severance::Reset => will_reset(&socket),
            Severance::Forgotten => {
                drop(alive);
                let _ = is_used(&socket).await;
                will_reset(&socket);
            }
            Severance::Silent => {
                drop(alive);
                std::future::pending::<()>().await;
            }
        },
    }
}

/// Waits until something comes from the client.
async fn is_used(socket: &OwnedFd) -> io::Result<()> {
    let stream = std::net::TcpStream::from(socket.try_clone()?);
    TcpStream::from_std(stream)?.readable().await
}

/// Lets the socket end with a reset when it is closed.
fn will_reset(socket: &OwnedFd) {
    let _ = rustix::net::sockopt::set_socket_linger(socket, Some(Duration::ZERO));
}

/// Counts a connection for as long as it is alive.
struct Alive(watch::Sender<usize>);

impl Alive {
    fn new(shared: &Shared) -> Self {
        shared.alive.send_modify(|alive| *alive += 1);
        Self(shared.alive.clone())
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.send_modify(|alive| *alive = alive.saturating_sub(1));
    }
}
