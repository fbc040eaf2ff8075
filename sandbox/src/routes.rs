mod accounts;
mod authentication;
mod connectors;
mod consents;
mod identity;
mod items;
mod pages;
mod sandbox;
mod transactions;
mod webhooks;

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;

use crate::app::App;
use crate::error::Error;

/// Returns the router of all paths.
pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .merge(accounts::router())
        .merge(authentication::router())
        .merge(connectors::router())
        .merge(consents::router())
        .merge(items::router())
        .merge(pages::router(app.settings.demo))
        .merge(transactions::router())
        .merge(webhooks::router())
        .merge(identity::router())
        .merge(sandbox::router())
        .fallback(|| async { Error::plain(StatusCode::NOT_FOUND, "Not found") })
        .method_not_allowed_fallback(|| async {
            Error::plain(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed")
        })
        .with_state(app)
}
