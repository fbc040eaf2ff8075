//! One request and its fault.

use std::os::fd::OwnedFd;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Frame, Incoming};
use hyper::header::{CONTENT_LENGTH, HeaderValue, TRANSFER_ENCODING};
use hyper::http::request::Parts;
use hyper::{Request, Response};

use super::{Exchange, Shared, will_reset};
use crate::dialect::ErrorAnswer;
use crate::fault::Fault;
use crate::lock::lock;

/// An error that makes hyper end the connection.
#[derive(Debug, thiserror::Error)]
#[error("ended on purpose")]
pub(super) struct Ended;

type Body = BoxBody<Bytes, Ended>;

pub(super) async fn exchange(
    shared: Arc<Shared>,
    socket: Arc<OwnedFd>,
    request: Request<Incoming>,
) -> Result<Response<Body>, Ended> {
    let (fault, throttled) = {
        let mut guard = lock(&shared.plan);
        let (plan, random) = &mut *guard;
        (plan.draw(random), shared.dialect.throttled(random))
    };
    let (parts, body) = request.into_parts();
    let number = note(&shared, &parts, fault);
    let _in_flight = shared.in_flight.enter(parts.uri.path()).await;
    let body = body.collect().await.map_err(|_| Ended)?.to_bytes();
    if fault.is_none() && is_refused(&shared, &parts, &body) {
        if let Some(exchange) = lock(&shared.exchanges).get_mut(number) {
            exchange.fault = Some(Fault::ServerError);
        }
        return Ok(error(shared.dialect.server_error()));
    }
    let request = Request::from_parts(parts, body);
    match fault {
        Some(Fault::ServerError) => Ok(error(shared.dialect.server_error())),
        Some(Fault::Throttled) => Ok(error(throttled)),
        Some(Fault::Reset) => {
            will_reset(&socket);
            Err(Ended)
        }
        Some(Fault::Stall) => std::future::pending().await,
        Some(Fault::Truncated) => Ok(half(forward(&shared, number, request).await?)),
        Some(Fault::LostResponse) => {
            forward(&shared, number, request).await?;
            Err(Ended)
        }
        None => Ok(forward(&shared, number, request).await?.map(whole)),
    }
}

/// Whether this is a write that the proxy refuses.
fn is_refused(shared: &Shared, request: &Parts, body: &[u8]) -> bool {
    let target = request.headers.get("x-amz-target");
    let target = target.and_then(|target| target.to_str().ok());
    let operation = target.and_then(|target| target.rsplit('.').next());
    if !matches!(operation, Some("PutItem" | "UpdateItem" | "DeleteItem")) {
        return false;
    }
    let mut refusals = lock(&shared.refusals);
    let body = String::from_utf8_lossy(body);
    let text = refusals.planned.iter().find(|text| body.contains(*text));
    let text = text.cloned();
    let is_refused = text.is_some();
    refusals.made.extend(text);
    is_refused
}

fn note(shared: &Shared, request: &Parts, fault: Option<Fault>) -> usize {
    let mut exchanges = lock(&shared.exchanges);
    exchanges.push(Exchange {
        method: request.method.to_string(),
        path: request.uri.path().to_owned(),
        fault,
        answer: None,
    });
    exchanges.len() - 1
}

/// Forwards the request. It completes even if the client disconnects meanwhile, as a request in flight does.
async fn forward(
    shared: &Arc<Shared>,
    number: usize,
    request: Request<Bytes>,
) -> Result<Response<Bytes>, Ended> {
    let shared = Arc::clone(shared);
    let sent = tokio::spawn(async move {
        let answer = shared.upstream.send(request).await?;
        if let Some(exchange) = lock(&shared.exchanges).get_mut(number) {
            exchange.answer = Some((answer.status().as_u16(), answer.body().clone()));
        }
        Some(answer)
    });
    let mut answer = sent.await.ok().flatten().ok_or(Ended)?;
    answer.headers_mut().remove(TRANSFER_ENCODING);
    Ok(answer)
}

fn whole(body: Bytes) -> Body {
    Full::new(body).map_err(|never| match never {}).boxed()
}

/// Returns a response whose head announces the full length, and whose body is half of it.
fn half(answer: Response<Bytes>) -> Response<Body> {
    let (mut parts, body) = answer.into_parts();
    parts
        .headers
        .insert(CONTENT_LENGTH, body.len().max(1).into());
    let first = body.slice(..body.len() / 2);
    Response::from_parts(parts, Half(Some(first)).boxed())
}

/// A body that breaks off.
struct Half(Option<Bytes>);

impl hyper::body::Body for Half {
    type Data = Bytes;
    type Error = Ended;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Ended>>> {
        let frame = self.0.take().map(Frame::data).ok_or(Ended);
        Poll::Ready(Some(frame))
    }
}

fn error(answer: ErrorAnswer) -> Response<Body> {
    let mut response = Response::new(whole(answer.body));
    *response.status_mut() = answer.status;
    for (name, value) in answer.headers {
        response
            .headers_mut()
            .insert(*name, HeaderValue::from_static(value));
    }
    response
}
