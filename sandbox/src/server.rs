//! The HTTP server. All faults are injected here, before the routes.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, Response, StatusCode};
use axum::response::IntoResponse;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tower_service::Service;
use tracing::{info, warn};

use crate::app::App;
use crate::control;
use crate::error::Error;
use crate::fault::{self, Effect};
use crate::odd;
use crate::pages;
use crate::rate_limit::{BudgetState, Endpoint};
use crate::routes;

/// Serves until it is dropped, which also ends all connections.
pub(crate) async fn serve(app: Arc<App>, listener: TcpListener) {
    let router = routes::router(Arc::clone(&app));
    let mut connections = JoinSet::new();
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // Usually too many open files: wait for some to close.
                warn!(%error, "connection not accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        while connections.try_join_next().is_some() {}

        let (app, router) = (Arc::clone(&app), router.clone());
        connections.spawn(async move {
            let service =
                service_fn(move |request| answer(Arc::clone(&app), router.clone(), peer, request));
            let connection = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service);
            // A client that disconnects is not worth a log line.
            let _ = connection.await;
        });
    }
}

/// An error that makes hyper close the connection without a response.
#[derive(Debug, thiserror::Error)]
#[error("disconnected on purpose")]
struct Disconnect;

async fn answer(
    app: Arc<App>,
    router: Router,
    peer: SocketAddr,
    mut request: Request<Incoming>,
) -> Result<Response<Body>, Disconnect> {
    let started_at = Instant::now();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    request.extensions_mut().insert(ConnectInfo(peer));

    let response = if control::is_control(&path) || pages::is_page(&path) {
        Some(route(router, request).await)
    } else {
        // Every browser adds it, and nothing else does.
        let from_browser = request.headers().contains_key("sec-fetch-site");
        let now = app.clock.now();
        let number = app
            .database()
            .note_request(&method, &path, from_browser, now);
        let response = misbehave_or_route(&app, router, peer, request).await;
        app.database()
            .note_answer(number, response.as_ref().map(Response::status));
        response
    };

    let outcome = match &response {
        Some(response) => response.status().as_u16().to_string(),
        None => "no answer".to_owned(),
    };
    info!(
        "{method} {path} {outcome} ({} ms)",
        started_at.elapsed().as_millis()
    );
    response.ok_or(Disconnect)
}

/// Applies a fault or routes the request. Without a response, the connection is closed.
async fn misbehave_or_route(
    app: &App,
    router: Router,
    peer: SocketAddr,
    request: Request<Incoming>,
) -> Option<Response<Body>> {
    let (method, path) = (request.method(), request.uri().path());
    let effect = fault::take(&mut app.database().faults, method.as_str(), path);
    match effect {
        None => {}
        Some(Effect::Delay { milliseconds }) => {
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        }
        Some(Effect::DelayInTurn { milliseconds }) => {
            let milliseconds = milliseconds.first().copied().unwrap_or_default();
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        }
        Some(Effect::Status {
            status,
            code_description,
        }) => return Some(failure(status, code_description)),
        Some(Effect::Garbage) => return Some("<html>not what you expected".into_response()),
        Some(Effect::Odd { field, json }) => {
            let response = answer_properly(app, router, peer, request).await;
            let odd = |body| odd::with_value(body, &field, json.as_deref());
            return Some(odd::with_body(response, odd).await);
        }
        Some(Effect::RateLimited { reset_seconds }) => {
            return Some(too_many_requests(BudgetState::refused(reset_seconds)));
        }
        Some(Effect::Disconnect) => return None,
        Some(Effect::Hang) => std::future::pending().await,
    }
    Some(answer_properly(app, router, peer, request).await)
}

async fn answer_properly(
    app: &App,
    router: Router,
    peer: SocketAddr,
    request: Request<Incoming>,
) -> Response<Body> {
    let limited = Endpoint::of(request.method(), request.uri().path()).and_then(|endpoint| {
        let limit = endpoint.limit(&app.settings, app.database().switches)?;
        Some((endpoint, limit))
    });
    let Some((endpoint, limit)) = limited else {
        return route(router, request).await;
    };
    let now = app.clock.now();
    let budget = app
        .database()
        .budgets
        .spend(endpoint, peer.ip(), limit, now);
    if !budget.is_allowed {
        return too_many_requests(budget);
    }
    let mut response = route(router, request).await;
    budget.write_to(response.headers_mut());
    response
}

async fn route(mut router: Router, request: Request<Incoming>) -> Response<Body> {
    let Ok(response) = router
        .call(request)
        .await
        .map_err(|never: Infallible| never);
    odd::with_body(response, odd::with_halves).await
}

fn failure(status: u16, code_description: Option<String>) -> Response<Body> {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut body = json!({ "code": status.as_u16(), "message": "Failed on purpose" });
    if let (Some(code_description), Some(fields)) = (code_description, body.as_object_mut()) {
        fields.insert("codeDescription".to_owned(), code_description.into());
    }
    (status, axum::Json(body)).into_response()
}

fn too_many_requests(budget: BudgetState) -> Response<Body> {
    let message = "Too many requests. Please try again later (see Retry-After header in seconds)";
    let mut response = Error::plain(StatusCode::TOO_MANY_REQUESTS, message).into_response();
    budget.write_to(response.headers_mut());
    response
}
