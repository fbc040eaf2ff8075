//! Pluggy's `GET /items/{id}` over HTTP, as the world has it. Each lane has an address of its own, so
//! that its request stands at its own gate, before the answer is made and before it arrives.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::gate::{Abandoned, Gate, Point};
use crate::world::World;

/// The world as the server and the teller of a history share it.
#[derive(Clone, Debug)]
pub(crate) struct Pluggy {
    world: Arc<Mutex<World>>,
}

impl Pluggy {
    pub(crate) fn new(world: World) -> Self {
        Self {
            world: Arc::new(Mutex::new(world)),
        }
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Serves the lanes behind these gates; gives the address of each.
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
                async move { pluggy.answer(request.uri().path(), &gates).await }
            });
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            tokio::spawn(async move {
                // A connection ends badly when the process at its other end is killed.
                let _ = connection.await;
            });
        }
    }

    async fn answer(&self, path: &str, gates: &[Gate]) -> Result<Response<Full<Bytes>>, Abandoned> {
        let parts: Vec<&str> = path.split('/').collect();
        let ["", lane, "items", item_id] = parts[..] else {
            panic!("nothing else is asked for: {path}");
        };
        let lane: usize = lane.parse().unwrap();
        let gate = &gates[lane];
        gate.pass(Point::BeforeAnswer).await?;
        let (status, body) = self.world().answer(lane, item_id);
        gate.pass(Point::AfterAnswer).await?;
        let body = Full::new(Bytes::from(body.to_string()));
        Ok(Response::builder().status(status).body(body).unwrap())
    }
}
