//! A fake of Pluggy's `GET /items/{id}` over HTTP, backed by the model. Each lane has its own address, so its request
//! waits at its own gate: before the response is made, and before it arrives.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::gate::{Abandoned, Gate, Part, Point};
use crate::model::{LANES, Model};
use crate::neighbors;

/// The lane of our API, which creates tokens and deletes items.
const API: usize = LANES;
/// The lane of the erasure.
const ERASURE: usize = LANES + 1;

/// The model, shared by the server and the runner of a history.
#[derive(Clone, Debug)]
pub(crate) struct Pluggy {
    model: Arc<Mutex<Model>>,
}

impl Pluggy {
    pub(crate) fn new(model: Model) -> Self {
        Self {
            model: Arc::new(Mutex::new(model)),
        }
    }

    pub(crate) fn model(&self) -> MutexGuard<'_, Model> {
        self.model.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Serves the lanes behind these gates and returns the address of each. After those of item-sync come the lane of our API
    /// and that of the erasure.
    pub(crate) async fn serve(&self, gates: Vec<Gate>) -> Vec<String> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let urls = (0..gates.len()).map(|lane| format!("http://{address}/{lane}"));
        let urls = urls.collect();
        tokio::spawn(self.clone().accept(listener, gates));
        urls
    }

    async fn accept(self, listener: TcpListener, gates: Vec<Gate>) {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            let (pluggy, gates) = (self.clone(), gates.clone());
            let service = service_fn(move |request: Request<Incoming>| {
                let (pluggy, gates) = (pluggy.clone(), gates.clone());
                async move {
                    let is_deletion = request.method() == Method::DELETE;
                    pluggy
                        .answer(request.uri().path(), is_deletion, &gates)
                        .await
                }
            });
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            tokio::spawn(async move {
                // A connection ends badly when the process at its other end is killed.
                let _ = connection.await;
            });
        }
    }

    async fn answer(
        &self,
        path: &str,
        is_deletion: bool,
        gates: &[Gate],
    ) -> Result<Response<Full<Bytes>>, Abandoned> {
        let parts: Vec<&str> = path.split('/').collect();
        let ["", lane, resource, rest @ ..] = &parts[..] else {
            panic!("unexpected request: {path}");
        };
        let lane: usize = lane.parse().unwrap();
        if lane == API {
            self.model().api_calls += 1;
            let body = Full::new(Bytes::from_static(
                b"{\"accessToken\":\"token\",\"count\":1}",
            ));
            return Ok(Response::new(body));
        }
        let item_id = match (*resource, rest) {
            ("items", [item_id]) => item_id,
            // No history is about a connector. Its fetch fails, and no other state depends on it.
            ("connectors", [_]) => {
                let response = Response::builder().status(500);
                return Ok(response.body(Full::default()).unwrap());
            }
            _ => panic!("unexpected request: {path}"),
        };
        let (gate, neighbor) = (&gates[lane], neighbors::number_in(item_id));
        let part = neighbor.map_or(Part::Item, Part::Neighbor);
        gate.pass(part, Point::BeforeAnswer).await?;
        let (status, body) = match (neighbor, lane) {
            (Some(number), _) => (200, neighbors::body(lane, number, self.model().now)),
            (None, ERASURE) => self.model().answer_erasure(item_id, is_deletion),
            (None, lane) => self.model().answer(lane, item_id),
        };
        gate.pass(part, Point::AfterAnswer).await?;
        let body = Full::new(Bytes::from(body.to_string()));
        Ok(Response::builder().status(status).body(body).unwrap())
    }
}
