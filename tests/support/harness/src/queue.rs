//! A fake of an Amazon SQS standard queue: unordered, with occasional duplicates.
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

/// A queue that serves until its last clone is dropped.
#[derive(Clone, Debug)]
pub struct Queue(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    address: SocketAddr,
    name: String,
    core: Arc<Core>,
    _server: Task,
}

/// The state that the API and the owner of the queue share.
#[derive(Debug)]
struct Core {
    stock: Mutex<Stock>,
    /// The dead-letter queue, and the number of receives after which a message goes there.
    dead_letters: Option<(u32, Queue)>,
    changed: watch::Sender<()>,
}

impl Queue {
    /// Starts an empty queue without a dead-letter queue.
    pub async fn start(name: &str, seed: u64) -> Result<Self, StartError> {
        Self::start_with(name, seed, None).await
    }

    /// Starts an empty queue. A message that was received `max_receives` times goes to `dead_letters` at the next
    /// receive.
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

    /// Returns the service's URL.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.0.address)
    }

    /// Returns the queue's URL.
    pub fn url(&self) -> String {
        format!("{}/123456789012/{}", self.endpoint(), self.0.name)
    }

    /// Sets the probability, from 0 to 1, that a received message stays in the queue and so is received twice.
    pub fn set_repeated(&self, probability: f64) {
        lock(&self.0.core.stock).set_repeated(probability);
    }

    /// Sends a message to the queue.
    pub fn send(&self, body: impl Into<String>) {
        self.0.core.send(body.into());
    }

    /// Returns the bodies of all messages that are not deleted, including those in flight.
    pub fn bodies(&self) -> Vec<String> {
        lock(&self.0.core.stock).bodies()
    }

    /// Moves all messages to another queue, as an operator redrives dead letters. Returns their number.
    pub fn redrive_to(&self, other: &Self) -> usize {
        let bodies = lock(&self.0.core.stock).take_all();
        let count = bodies.len();
        for body in bodies {
            other.send(body);
        }
        count
    }

    /// Receives at most `limit` messages.
    pub(crate) fn receive(&self, limit: usize) -> Vec<Message> {
        self.0.core.receive(limit)
    }

    /// Deletes processed messages.
    pub(crate) fn delete(&self, receipts: &[String]) {
        self.0.core.delete(receipts);
    }

    /// Makes unprocessed messages available again.
    pub(crate) fn release(&self, receipts: &[String]) {
        self.0.core.release(receipts);
    }

    /// Returns whether the queue is empty and nothing is in flight.
    pub(crate) fn is_done(&self) -> bool {
        lock(&self.0.core.stock).is_empty()
    }

    /// Returns a receiver that reports changes from now on.
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
