//! A server on the loopback that ends when it is dropped.

use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::StartError;

/// A task that ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Task(JoinHandle<()>);

impl Task {
    pub(crate) fn spawn(future: impl Future<Output = ()> + Send + 'static) -> Self {
        Self(tokio::spawn(future))
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Listens on a free port of the loopback.
pub(crate) async fn listen() -> Result<(TcpListener, SocketAddr), StartError> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .map_err(StartError::Listen)?;
    let address = listener.local_addr().map_err(StartError::Listen)?;
    Ok((listener, address))
}

/// Serves on a free port until the task is dropped.
pub(crate) async fn serve(router: Router) -> Result<(SocketAddr, Task), StartError> {
    let (listener, address) = listen().await?;
    let server = Task::spawn(async move {
        // The server ends only when it is dropped.
        let _ = axum::serve(listener, router).await;
    });
    Ok((address, server))
}
