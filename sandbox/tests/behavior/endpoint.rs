use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use sandbox::Settings;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::client::{Pluggy, eventually, settings};

/// An endpoint that webhooks can be posted to.
pub(crate) struct Endpoint {
    pub(crate) url: String,
    pub(crate) address: String,
    desk: Arc<Mutex<Desk>>,
}

#[derive(Default)]
struct Desk {
    received: Vec<Received>,
    /// The statuses of the next responses; 200 when none is left.
    answers: Vec<u16>,
    standing_answer: Option<u16>,
}

#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) headers: HeaderMap,
    pub(crate) raw: Bytes,
    pub(crate) body: Value,
}

impl Endpoint {
    pub(crate) async fn start() -> Self {
        let desk = Arc::<Mutex<Desk>>::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let router = Router::new()
            .fallback(receive)
            .with_state(Arc::clone(&desk));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            url: format!("http://{address}/hook"),
            address,
            desk,
        }
    }

    pub(crate) fn answer_next_with(&self, statuses: &[u16]) {
        self.desk.lock().unwrap().answers = statuses.to_vec();
    }

    pub(crate) fn answer_always_with(&self, status: u16) {
        self.desk.lock().unwrap().standing_answer = Some(status);
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.desk.lock().unwrap().received.clone()
    }

    /// Waits for a post about one event, and returns it.
    pub(crate) async fn received_once(&self, event: &str) -> Received {
        let find = || {
            self.received()
                .into_iter()
                .find(|received| received.body["event"] == event)
        };
        eventually(event, || find().is_some()).await;
        find().unwrap()
    }

    pub(crate) fn events(&self) -> Vec<String> {
        let name = |received: Received| {
            received.body["event"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        self.received().into_iter().map(name).collect()
    }
}

/// Starts a sandbox and an endpoint that is registered for all events.
pub(crate) async fn listening() -> (Pluggy, Endpoint) {
    listening_with(settings()).await
}

pub(crate) async fn listening_with(settings: Settings) -> (Pluggy, Endpoint) {
    let pluggy = Pluggy::start_with(settings).await;
    let endpoint = Endpoint::start().await;
    pluggy
        .post("/webhooks", json!({ "url": endpoint.url, "event": "all" }))
        .await;
    (pluggy, endpoint)
}

async fn receive(
    State(desk): State<Arc<Mutex<Desk>>>,
    headers: HeaderMap,
    raw: Bytes,
) -> StatusCode {
    let mut desk = desk.lock().unwrap();
    desk.received.push(Received {
        headers,
        body: serde_json::from_slice(&raw).unwrap_or_default(),
        raw,
    });
    let status = if desk.answers.is_empty() {
        desk.standing_answer.unwrap_or(200)
    } else {
        desk.answers.remove(0)
    };
    StatusCode::from_u16(status).unwrap()
}
