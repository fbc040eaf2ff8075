//! An https endpoint with which every handshake fails.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::StartError;
use crate::server::{Task, listen};

/// The alert of a server that cannot agree with the client (RFC 8446, section 6.2: fatal, `handshake_failure`).
const HANDSHAKE_FAILURE: [u8; 7] = [0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28];

/// An endpoint that listens until it is dropped.
#[derive(Debug)]
pub struct BrokenTls {
    address: SocketAddr,
    handshakes: Arc<AtomicUsize>,
    _server: Task,
}

impl BrokenTls {
    /// Starts the endpoint. It listens as soon as this returns.
    pub async fn start() -> Result<Self, StartError> {
        let (listener, address) = listen().await?;
        let handshakes = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&handshakes);
        let server = Task::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::Relaxed);
                let mut hello = [0; 1024];
                let _ = stream.read(&mut hello).await;
                let _ = stream.write_all(&HANDSHAKE_FAILURE).await;
            }
        });
        Ok(Self {
            address,
            handshakes,
            _server: server,
        })
    }

    /// Returns the endpoint's URL.
    pub fn url(&self) -> String {
        format!("https://{}", self.address)
    }

    /// Returns the number of failed handshakes.
    pub fn handshakes(&self) -> usize {
        self.handshakes.load(Ordering::Relaxed)
    }
}
