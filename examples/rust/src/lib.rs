//! A consumer of events from Pluggy on Lambda that keeps the transactions of all accounts in a table. It is small
//! enough to start your own consumer from.
//!
//! A rule on the bus sends the events `webhook.transactions/*` and `user.erased` to a queue, and Lambda delivers them here in batches.
//! The payload names the transactions, and the consumer fetches them from Pluggy. Every event may arrive twice, late,
//! and in any order. Conditional writes make the result the same.

mod apply;
mod batch;
mod config;
mod erase;
mod event;
mod invocation;
mod pages;
mod plan;
mod row;
mod table;

use jiff::Timestamp;

use client::chain;
use tokio::time::Instant;

pub use apply::{Error, Outcome};
pub use batch::{Answer, Batch, Failure, Message};
pub use config::Config;
pub use event::{BusEvent, Detail, ErasedDetail, EventId, Malformed, Received, UserErased};
pub use plan::{Plan, Work};
pub use row::Applied;
pub use table::{Table, Unavailable};

use invocation::Invocation;

/// The clients and tables of the function, built once during init.
pub struct App {
    /// The client of Pluggy.
    pub pluggy: client::Client,
    /// The table of transactions.
    pub table: Table,
}

/// Handles one batch of the queue, which must end by `deadline`. Returns the messages that the queue should retry. A
/// failed message does not affect the others.
pub async fn handle(app: &App, batch: &Batch, now: Timestamp, deadline: Instant) -> Answer {
    let invocation = Invocation::new(now, deadline);
    let mut answer = Answer::default();
    for message in &batch.messages {
        if let Err(error) = handle_message(app, message, &invocation).await {
            let id = &message.message_id;
            tracing::warn!(error = chain(&error), message.id = id, "event failed");
            answer.batch_item_failures.push(Failure {
                item_identifier: id.clone(),
            });
        }
    }
    answer
}

async fn handle_message(
    app: &App,
    message: &Message,
    invocation: &Invocation,
) -> Result<(), Error> {
    let event = match message.body.parse()? {
        Received::Webhook(event) => event,
        Received::Erased(event) => {
            let erasing = Box::pin(erase::erase(app, &event, invocation));
            let erased = invocation.finish(erasing).await;
            let transactions = erased.ok_or(Error::OutOfTime)??;
            tracing::info!(event.id = %event.detail.id, transactions, "user erased");
            return Ok(());
        }
    };
    let applying = Box::pin(apply::apply(app, &event, invocation));
    let outcome = invocation
        .finish(applying)
        .await
        .ok_or(Error::OutOfTime)??;
    match outcome {
        Outcome::Applied { transactions } => {
            tracing::info!(event.id = %event.detail.id, transactions, "event applied");
        }
        Outcome::Repeated => {
            tracing::info!(event.id = %event.detail.id, "event known already");
        }
    }
    Ok(())
}
