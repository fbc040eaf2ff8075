//! Keeps the transactions of all accounts in a table: a consumer of what Pluggy on Lambda puts onto
//! the event bus, small enough to be the start of your own.
//!
//! A rule on the bus brings the events `webhook.transactions/*` into a queue, and Lambda brings them
//! here in batches. Pluggy's payload says where to look; what is there is read at Pluggy. Every
//! event may come twice, late, and in any order: the table's conditions make the same of it.

mod apply;
mod batch;
mod config;
mod event;
mod invocation;
mod plan;
mod row;
mod table;

use jiff::Timestamp;

use client::chain;
use tokio::time::Instant;

pub use apply::{Error, Outcome};
pub use batch::{Answer, Batch, Failure, Message};
pub use config::Config;
pub use event::{BusEvent, Detail, EventId, Malformed};
pub use plan::{Plan, Work};
pub use row::Applied;
pub use table::{Table, Unavailable};

use invocation::Invocation;

/// What the function works with, built once during init.
pub struct App {
    /// Pluggy.
    pub pluggy: client::Client,
    /// The transactions.
    pub table: Table,
}

/// Handles one batch of the queue, which must end by `deadline`; gives the messages that the queue
/// should bring again. One that fails is no reason for another one to.
pub async fn handle(app: &App, batch: &Batch, now: Timestamp, deadline: Instant) -> Answer {
    let invocation = Invocation::new(now, deadline);
    let mut answer = Answer::default();
    for message in &batch.messages {
        if let Err(error) = handle_message(app, message, &invocation).await {
            let id = &message.message_id;
            tracing::warn!(error = chain(&error), message.id = id, "event put back");
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
    let event: BusEvent = message.body.parse()?;
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
