//! The application of one event.

use pluggy::{TransactionFilter, TransactionId};

use crate::App;
use crate::event::{BusEvent, Malformed};
use crate::invocation::Invocation;
use crate::plan::{Plan, Work};
use crate::row::Applied;
use crate::table::Unavailable;

/// The result of an event. In both cases the event is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The table has Pluggy's data.
    Applied {
        /// The number of transactions in the event.
        transactions: usize,
    },
    /// The event was applied before.
    Repeated,
}

/// An error after which the event must be retried. Rows that are already written stay, and writing them again changes
/// nothing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The message is not for this consumer.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// Pluggy gave no usable answer.
    #[error("the transactions cannot be read")]
    Pluggy(#[from] client::Error),
    /// The table cannot be read or written.
    #[error("the table does not answer")]
    Table(#[from] Unavailable),
    /// The invocation had no time left.
    #[error("the time is up")]
    OutOfTime,
}

/// Applies an event, unless it was applied before. It counts as applied only when all of its work is done.
pub(crate) async fn apply(
    app: &App,
    event: &BusEvent,
    invocation: &Invocation,
) -> Result<Outcome, Error> {
    let plan = Plan::of(&event.detail)?;
    if app.table.has_applied(&event.detail.id).await? {
        return Ok(Outcome::Repeated);
    }
    let transactions = match &plan.work {
        Work::Read(filters) => read(app, &plan, filters, invocation).await?,
        Work::Delete(ids) => delete(app, &plan, ids, invocation).await?,
    };
    let applied = Applied {
        event_id: &event.detail.id,
        detail_type: &event.detail_type,
        account_id: plan.account_id,
        transactions,
    };
    app.table.put_applied(&applied, invocation.now()).await?;
    Ok(Outcome::Applied { transactions })
}

/// Stores Pluggy's responses to these requests.
async fn read(
    app: &App,
    plan: &Plan,
    filters: &[TransactionFilter],
    invocation: &Invocation,
) -> Result<usize, Error> {
    let mut transactions = 0;
    for filter in filters {
        transactions += read_pages(app, plan, filter, invocation).await?;
    }
    Ok(transactions)
}

async fn read_pages(
    app: &App,
    plan: &Plan,
    filter: &TransactionFilter,
    invocation: &Invocation,
) -> Result<usize, Error> {
    let mut transactions = 0;
    let mut after = None;
    loop {
        // Another invocation may send the same request at the same time. The later request has the later response,
        // whichever is written first.
        let fetched_at = invocation.now();
        let answer = app
            .pluggy
            .transactions(plan.account_id, filter, after.as_ref(), fetched_at)
            .await?;
        // If the account is gone, there is nothing left to store.
        let Some(page) = answer else {
            return Ok(transactions);
        };
        app.table
            .put(plan.account_id, &page.results, plan.item_id, fetched_at)
            .await?;
        transactions += page.results.len();
        after = page.next;
        if after.is_none() {
            return Ok(transactions);
        }
    }
}

/// Marks the transactions that Pluggy no longer has as deleted.
async fn delete(
    app: &App,
    plan: &Plan,
    ids: &[TransactionId],
    invocation: &Invocation,
) -> Result<usize, Error> {
    let now = invocation.now();
    app.table.put_deleted(plan.account_id, ids, now).await?;
    Ok(ids.len())
}
