//! Requests over pooled connections.

use std::time::Duration;

use http::{Request, Response, Uri};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::timeout;

use super::connector::Connector;
use super::{Error, Limits, Trust};
use crate::BoxError;

/// Request body. It is one type for Pluggy and for AWS, so that the client is compiled once.
pub type Body = UnsyncBoxBody<Bytes, BoxError>;

/// Idle time of a pooled connection. It is shorter than any server's, so that a closed connection is not
/// used.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// An HTTP/1.1 client. Clones share its connections.
#[derive(Clone, Debug)]
pub struct Client {
    connector: Connector,
    hyper: legacy::Client<Connector, Body>,
}

impl Client {
    /// Creates a client whose connections keep to `limits`. Makes no network call.
    pub fn new(trust: &Trust, limits: Limits) -> Self {
        let connector = Connector::new(trust, limits);
        let hyper = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(POOL_IDLE_TIMEOUT)
            .build(connector.clone());
        Self { connector, hyper }
    }

    /// Opens a connection to a server for its first request, within `budget`. Failures are left to that
    /// request.
    pub async fn open(&self, server: &Uri, budget: Duration) {
        match timeout(budget, self.connector.open(server)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::debug!(error, "no connection yet"),
            Err(_) => tracing::debug!("no connection in time yet"),
        }
    }

    /// Sends a request and returns the response once its body is complete, within `limit`.
    pub async fn send(
        &self,
        request: Request<Vec<u8>>,
        limit: Duration,
    ) -> Result<Response<Bytes>, Error> {
        let exchange = async {
            let (head, body) = self.exchange(request.map(whole)).await?.into_parts();
            let body = body.collect().await;
            let body = body.map_err(|error| Error::Lost(error.into()))?.to_bytes();
            Ok(Response::from_parts(head, body))
        };
        timeout(limit, exchange)
            .await
            .unwrap_or(Err(Error::TimedOut))
    }

    /// Sends a request and returns the response once its head is there. The caller limits the time.
    pub async fn exchange(&self, request: Request<Body>) -> Result<Response<Incoming>, Error> {
        // Lets the pool notice which idle connections closed while the process was frozen.
        tokio::task::yield_now().await;
        Ok(self.hyper.request(request).await?)
    }
}

fn whole(bytes: Vec<u8>) -> Body {
    Full::from(bytes)
        .map_err(|never| match never {})
        .boxed_unsync()
}
