use std::collections::BTreeMap;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Method, Request};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::delivery::Outcome;
use crate::endpoint::Target;

/// The older of the two time limits that Pluggy documents. It is never scaled, because it concerns a real network.
const TIME_LIMIT: Duration = Duration::from_secs(5);

/// A client that posts bodies. It supports plain HTTP only.
#[derive(Clone, Debug)]
pub(crate) struct Poster(Client<HttpConnector, Full<Bytes>>);

impl Poster {
    pub(crate) fn new() -> Self {
        // Open a new connection for each delivery: a connection that the endpoint has closed would look like a failed
        // delivery.
        Self(
            Client::builder(TokioExecutor::new())
                .pool_max_idle_per_host(0)
                .build_http(),
        )
    }

    pub(crate) async fn post(
        &self,
        target: Target,
        headers: &BTreeMap<String, String>,
        body: &[u8],
    ) -> Outcome {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(target.uri)
            .header(HOST, target.host)
            .header(CONTENT_TYPE, "application/json");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let Ok(request) = request.body(Full::from(body.to_vec())) else {
            return Outcome::Unreachable;
        };
        match tokio::time::timeout(TIME_LIMIT, self.0.request(request)).await {
            Ok(Ok(response)) => Outcome::Status(response.status().as_u16()),
            Ok(Err(_)) => Outcome::Unreachable,
            Err(_) => Outcome::TimedOut,
        }
    }
}
