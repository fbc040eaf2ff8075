//! A replay where each call of the store takes a while.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Response};
use operator::Report;
use runtime::clock::now;
use tests::Deployment;
use tests::deployment::in_a_minute;
use tests::tables;

use super::limits::fill;
use crate::operator::{RUN, everything, operator_rows};

/// The time of a call besides the engine's own.
const DELAY: Duration = Duration::from_millis(5);
const ITEMS: u128 = 120;

/// A proxy that delays each call, and counts those that it has at once.
#[derive(Clone, Default)]
struct SlowStore {
    engine: String,
    http: reqwest::Client,
    running: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

impl SlowStore {
    /// Starts the proxy, and returns its address.
    async fn start(&self) -> String {
        let router = Router::new().fallback(call).with_state(self.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        url
    }
}

async fn call(State(store): State<SlowStore>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let running = store.running.fetch_add(1, Ordering::SeqCst) + 1;
    store.most.fetch_max(running, Ordering::SeqCst);
    tokio::time::sleep(DELAY).await;
    let request = store.http.post(&store.engine).headers(headers).body(body);
    let answer = request.send().await.unwrap();
    let mut response = Response::builder().status(answer.status());
    response
        .headers_mut()
        .unwrap()
        .extend(answer.headers().clone());
    let body = answer.bytes().await.unwrap();
    store.running.fetch_sub(1, Ordering::SeqCst);
    response.body(Body::from(body)).unwrap()
}

#[tokio::test]
async fn many_fetches_are_requested_at_a_time_and_not_too_many() {
    let deployment = Deployment::start().await;
    fill(&deployment, ITEMS).await;
    let store = SlowStore {
        engine: deployment.tables.url.clone().unwrap(),
        ..SlowStore::default()
    };
    let mut slow = deployment.tables.clone();
    slow.client = tables::client(&store.start().await);
    let app = operator::App {
        items: slow.item_store(),
        events: slow.event_store(),
        ..deployment.operator()
    };
    let mut command = everything(RUN);
    command["limit"] = 10_000.into();

    let mut requested = 0;
    loop {
        let report = operator::handle(&app, command.clone(), now(), in_a_minute()).await;
        let Report::Replayed(step) = report.unwrap() else {
            panic!()
        };
        requested += step.replayed;
        let Some(cursor) = step.cursor else { break };
        command["cursor"] = cursor.into();
    }

    assert_eq!(requested, 120);
    assert_eq!(operator_rows(&deployment).await.len(), 120);
    let most = store.most.load(Ordering::SeqCst);
    assert!((8..=32).contains(&most), "{most} calls at once");
}
