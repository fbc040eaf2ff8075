//! Connections to servers.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tower_service::Service;

use super::opened::Opened;
use super::{Limits, Trust};

type BoxError = Box<dyn std::error::Error + Send + Sync>;
/// A connection, with TLS or on the loopback without.
pub(super) type Stream = MaybeHttpsStream<TokioIo<TcpStream>>;

/// Connects to servers with TLS, or without TLS on the loopback.
#[derive(Clone, Debug)]
pub(super) struct Connector {
    network: HttpsConnector<HttpConnector>,
    loopback: HttpsConnector<HttpConnector>,
    timeout: Duration,
    opened: Opened,
}

impl Connector {
    pub(super) fn new(trust: &Trust, limits: Limits) -> Self {
        let tcp = || {
            let mut tcp = HttpConnector::new();
            tcp.enforce_http(false);
            tcp.set_nodelay(true);
            // Only this detects a connection that died silently while the process was frozen.
            #[cfg(target_os = "linux")]
            tcp.set_tcp_user_timeout(Some(limits.acknowledge));
            tcp
        };
        let builder = |tls: &Arc<ClientConfig>| {
            HttpsConnectorBuilder::new().with_tls_config(ClientConfig::clone(tls))
        };
        Self {
            network: builder(&trust.network)
                .https_only()
                .enable_http1()
                .wrap_connector(tcp()),
            loopback: builder(&trust.loopback)
                .https_or_http()
                .enable_http1()
                .wrap_connector(tcp()),
            timeout: limits.connect,
            opened: Opened::default(),
        }
    }

    /// Opens a connection and keeps it for the first request to that server.
    pub(super) async fn open(&self, uri: &Uri) -> Result<(), BoxError> {
        let stream = self.connect(uri.clone()).await?;
        self.opened.keep(uri, stream);
        Ok(())
    }

    fn connect(&self, uri: Uri) -> impl Future<Output = Result<Stream, BoxError>> + use<> {
        let mut connector = if is_loopback(&uri) {
            self.loopback.clone()
        } else {
            self.network.clone()
        };
        let limit = self.timeout;
        async move { timeout(limit, connector.call(uri)).await? }
    }
}

impl Service<Uri> for Connector {
    type Response = Stream;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Stream, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        match self.opened.take(&uri) {
            Some(stream) => Box::pin(std::future::ready(Ok(stream))),
            None => Box::pin(self.connect(uri)),
        }
    }
}

/// Whether a server is on this machine, by its host. Names other than `localhost` may resolve to any address.
fn is_loopback(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    match address.parse::<std::net::IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => host == "localhost",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_the_loopback() {
        for (uri, expected) in [
            ("https://127.0.0.1:8000/", true),
            ("https://127.9.9.9", true),
            ("https://[::1]:8000", true),
            ("http://localhost:1", true),
            ("https://localhost.example.com", false),
            ("https://127.0.0.1.example.com", false),
            ("https://10.0.0.1", false),
            ("https://dynamodb.sa-east-1.amazonaws.com", false),
        ] {
            assert_eq!(is_loopback(&uri.parse().unwrap()), expected, "{uri}");
        }
    }
}
