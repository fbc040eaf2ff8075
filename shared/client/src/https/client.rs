//! Requests over pooled connections.

use std::time::Duration;

use http::{Request, Response, Uri};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::timeout;

use super::connector::Connector;
use super::{Error, Limits, Trust};
use crate::BoxError;

/// Request body. It is one type for Pluggy and for AWS, so that the client is compiled once.
pub type Body = UnsyncBoxBody<Bytes, BoxError>;

/// Longest response body that [`Client::send`] reads. The longest one of Pluggy, a page of 500 transactions, has about a
/// megabyte.
pub const MAX_BODY_BYTES: usize = 8 * 1024 * 1024;

/// Idle time of a pooled connection. It is shorter than any server's, so that a closed connection is not
/// used.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// The body of a response is longer than [`MAX_BODY_BYTES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("longer than {MAX_BODY_BYTES} bytes")]
pub struct TooLong;

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

    /// Sends a request and returns the response once its body is complete, within `limit`. Stops reading a body that is
    /// too long, and closes its connection.
    pub async fn send(
        &self,
        request: Request<Vec<u8>>,
        limit: Duration,
    ) -> Result<Response<Result<Bytes, TooLong>>, Error> {
        let exchange = async {
            let response = self.exchange(request.map(whole), MAX_BODY_BYTES).await?;
            let (head, body) = response.into_parts();
            let body = match body.collect().await {
                Ok(body) => Ok(body.to_bytes()),
                Err(error) if error.is::<LengthLimitError>() => Err(TooLong),
                Err(error) => return Err(Error::Lost(error)),
            };
            Ok(Response::from_parts(head, body))
        };
        timeout(limit, exchange)
            .await
            .unwrap_or(Err(Error::TimedOut))
    }

    /// Sends a request and returns the response once its head is there. Reading the body fails after `max_body_bytes`. The
    /// caller limits the time.
    pub async fn exchange(
        &self,
        request: Request<Body>,
        max_body_bytes: usize,
    ) -> Result<Response<Limited<Incoming>>, Error> {
        // Lets the pool notice which idle connections closed while the process was frozen.
        tokio::task::yield_now().await;
        let response = self.hyper.request(request).await?;
        Ok(response.map(|body| Limited::new(body, max_body_bytes)))
    }
}

fn whole(bytes: Vec<u8>) -> Body {
    Full::from(bytes)
        .map_err(|never| match never {})
        .boxed_unsync()
}
