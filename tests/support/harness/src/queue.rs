//! A stand-in for a standard queue of Amazon SQS: in no order, and now and then a message comes twice.
//!
//! Source: <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues.html>

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::sync::watch;

use crate::StartError;
use crate::lock::lock;
use crate::server::{Task, serve};

pub use self::message::Message;

use self::stock::Stock;

mod api;
mod message;
mod stock;

/// A queue. It serves until its last clone is dropped.
#[derive(Clone, Debug)]
pub struct Queue(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    address: SocketAddr,
    name: String,
    core: Arc<Core>,
    _server: Task,
}

/// What the API and the owner of the queue share.
#[derive(Debug)]
struct Core {
    stock: Mutex<Stock>,
    /// Where a message goes that was received too often, and how often that is.
    dead_letters: Option<(u32, Queue)>,
    changed: watch::Sender<()>,
}

impl Queue {
    /// An empty queue without dead letters.
    pub async fn start(name: &str, seed: u64) -> Result<Self, StartError> {
        Self::start_with(name, seed, None).await
    }

    /// An empty queue. What was received `max_receives` times, and would be once more, goes to `dead_letters`.
    pub async fn start_before(
        dead_letters: &Self,
        max_receives: u32,
        name: &str,
        seed: u64,
    ) -> Result<Self, StartError> {
        Self::start_with(name, seed, Some((max_receives, dead_letters.clone()))).await
    }

    async fn start_with(
        name: &str,
        seed: u64,
        dead_letters: Option<(u32, Self)>,
    ) -> Result<Self, StartError> {
        let core = Arc::new(Core {
            stock: Mutex::new(Stock::new(seed)),
            dead_letters,
            changed: watch::channel(()).0,
        });
        let (address, server) = serve(api::router(Arc::clone(&core))).await?;
        Ok(Self(Arc::new(Inner {
            address,
            name: name.to_owned(),
            core,
            _server: server,
        })))
    }

    /// Where functions find the service.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.0.address)
    }

    /// The queue's name for functions.
    pub fn url(&self) -> String {
        format!("{}/123456789012/{}", self.endpoint(), self.0.name)
    }

    /// From now on, a message that is received stays there as likely as this, from 0 to 1, and so comes twice.
    pub fn set_repeated(&self, probability: f64) {
        lock(&self.0.core.stock).set_repeated(probability);
    }

    /// Puts a message into the queue.
    pub fn send(&self, body: impl Into<String>) {
        self.0.core.send(body.into());
    }

    /// What has not been deleted, whether somebody works on it or not.
    pub fn bodies(&self) -> Vec<String> {
        lock(&self.0.core.stock).bodies()
    }

    /// Sends everything to another queue, as a person does with dead letters. Gives how many messages that were.
    pub fn redrive_to(&self, other: &Self) -> usize {
        let bodies = lock(&self.0.core.stock).take_all();
        let count = bodies.len();
        for body in bodies {
            other.send(body);
        }
        count
    }

    /// Some messages for somebody who works on them, at most so many.
    pub(crate) fn receive(&self, limit: usize) -> Vec<Message> {
        self.0.core.receive(limit)
    }

    /// They are done.
    pub(crate) fn delete(&self, receipts: &[String]) {
        self.0.core.delete(receipts);
    }

    /// They are not done, and can be received again.
    pub(crate) fn release(&self, receipts: &[String]) {
        self.0.core.release(receipts);
    }

    /// Whether nobody works on a message either.
    pub(crate) fn is_done(&self) -> bool {
        lock(&self.0.core.stock).is_empty()
    }

    /// Tells when something has changed since now.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.0.core.changed.subscribe()
    }
}

impl Core {
    fn send(&self, body: String) -> Message {
        let message = lock(&self.stock).add(body);
        self.changed.send_replace(());
        message
    }

    fn receive(&self, limit: usize) -> Vec<Message> {
        let (alive, dead) = {
            let mut stock = lock(&self.stock);
            let max_receives = self.dead_letters.as_ref().map(|(max, _)| *max);
            stock.receive(limit, max_receives)
        };
        if let Some((_, dead_letters)) = &self.dead_letters
            && !dead.is_empty()
        {
            for body in dead {
                dead_letters.send(body);
            }
            self.changed.send_replace(());
        }
        alive
    }

    fn delete(&self, receipts: &[String]) {
        lock(&self.stock).delete(receipts);
        self.changed.send_replace(());
    }

    fn release(&self, receipts: &[String]) {
        lock(&self.stock).release(receipts);
        self.changed.send_replace(());
    }
}
