//! A fake Pluggy that returns a fixed response and records its requests.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use tests::Deployment;
use tests::deployment::{CLIENT_SECRET, client_at};
use tests::secrets::secrets;

/// A fake Pluggy for `POST /connect_token`.
#[derive(Clone)]
pub(crate) struct Recorder {
    token: String,
    asked: Arc<Mutex<Vec<Value>>>,
}

impl Recorder {
    /// Returns a fake that answers each request with this token.
    pub(crate) fn answering(token: impl Into<String>) -> Self {
        Self {
            token: token.into(),
            asked: Arc::default(),
        }
    }

    /// Starts the fake, and returns the function of a deployment that uses it.
    pub(crate) async fn connect_token(&self, deployment: &Deployment) -> connect_token::App {
        let router = Router::new()
            .route("/auth", post(async || Json(json!({ "apiKey": "key" }))))
            .route(
                "/connect_token",
                post(
                    async |State(recorder): State<Self>, Json(body): Json<Value>| {
                        recorder.note(body);
                        Json(json!({ "accessToken": recorder.token }))
                    },
                ),
            )
            .with_state(self.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        connect_token::App {
            pluggy: client_at(
                &url,
                secrets(CLIENT_SECRET),
                deployment.tables.credential_store(),
            ),
            ..deployment.connect_token()
        }
    }

    /// Returns the last request.
    pub(crate) fn last(&self) -> Value {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.last().unwrap().clone()
    }

    fn note(&self, body: Value) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.push(body);
    }
}
