//! The address to which the sandbox posts its webhooks.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use pluggy::{CreateWebhookRequest, EventKind};
use runtime::clock::now;
use tests::deployment::WEBHOOK_SECRET_SHA256;
use tests::{Deployment, sample};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The webhook function, registered at the sandbox. It serves until it is dropped.
pub(super) struct Listener(JoinHandle<()>);

impl Listener {
    pub(super) async fn start(deployment: &Deployment) -> Self {
        let webhook = Arc::new(deployment.webhook(WEBHOOK_SECRET_SHA256));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let router = Router::new().fallback(receive).with_state(webhook);
        let serving = tokio::spawn(async move {
            axum::serve(listener, router).await.unwrap();
        });
        let request = CreateWebhookRequest {
            url: &url,
            event: EventKind::All,
            headers: &BTreeMap::new(),
        };
        let client = deployment.pluggy_client();
        client.create_webhook(&request, now()).await.unwrap();
        Self(serving)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Passes a delivery on as the function URL does. The sample has the secret.
async fn receive(State(webhook): State<Arc<webhook::App>>, body: Bytes) -> StatusCode {
    let mut event = sample::json("webhook/item-created.json");
    event["body"] = std::str::from_utf8(&body).unwrap().into();
    let request = sample::request_of(&event);
    let answer = webhook::handle(Some(&webhook), request, now()).await;
    answer.status()
}
