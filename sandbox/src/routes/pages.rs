//! The pages that a person sees, and the demo's connect tokens.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use serde_json::{Value, json};

use crate::app::App;
use crate::body;
use crate::error::Error;
use crate::pages::Page;
use crate::routes::authentication::{self, ConnectTokenRequest};
use crate::routes::sandbox::loopback_only;

/// Returns the routes. The demo is served only where it was asked for, because it gives anybody a connect token.
pub(crate) fn router(with_demo: bool) -> Router<Arc<App>> {
    let pages = Router::new()
        .route("/", get(widget))
        .route("/bank/login", get(bank))
        .route("/widget/{file}", get(file));
    if !with_demo {
        return pages;
    }
    let token = Router::new()
        .route("/demo/connect-token", post(create_connect_token))
        .layer(middleware::from_fn(loopback_only));
    pages.route("/demo", get(demo)).merge(token)
}

async fn widget(State(app): State<Arc<App>>) -> Response {
    app.pages.page(Page::WIDGET)
}

async fn bank(State(app): State<Arc<App>>) -> Response {
    app.pages.page(Page::BANK)
}

async fn demo(State(app): State<Arc<App>>) -> Response {
    app.pages.page(Page::DEMO)
}

async fn file(State(app): State<Arc<App>>, Path(name): Path<String>) -> Response {
    app.pages.file(&name)
}

/// Creates what an app's backend would give to the page: a connect token, and the widget's options.
async fn create_connect_token(
    State(app): State<Arc<App>>,
    body: Bytes,
) -> Result<Json<Value>, Error> {
    let request: ConnectTokenRequest = body::parse_optional(&body)?;
    let access_token = authentication::connect_token(&app, request)?;
    Ok(Json(
        json!({ "accessToken": access_token, "connect": { "url": app.url } }),
    ))
}
