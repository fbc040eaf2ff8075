//! The application of one event.

use std::collections::BTreeSet;

use pluggy::{ItemId, TransactionFilter, TransactionId};

use crate::App;
use crate::erase::erase_if_erased;
use crate::event::{BusEvent, Malformed};
use crate::invocation::Invocation;
use crate::pages::Pages;
use crate::plan::{Plan, Work, with_ids};
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
    /// Pluggy's account belongs to another item than the event says, or to none. A retry does not repair it: a person
    /// must see whether the event is forged.
    #[error("the account does not belong to the item of the event")]
    OtherItem,
    /// Pluggy still has a transaction that the event calls deleted: the event is forged, or Pluggy's list is older.
    #[error("pluggy still has a transaction that the event calls deleted")]
    NotDeleted,
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
    let item_id = item_of_account(app, &plan, invocation).await?;
    let transactions = match (&plan.work, item_id) {
        (Work::Read(filters), Some(item_id)) => {
            let read = read(app, &plan, item_id, filters, invocation).await?;
            erase_if_erased(app, item_id, invocation).await?;
            read
        }
        // If the account is gone, there is nothing left to store.
        (Work::Read(_), None) => 0,
        (Work::Delete(ids), _) => delete(app, &plan, ids, invocation).await?,
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

/// Returns the item that Pluggy's account belongs to, or `None` if the account is gone. The event only claims one: with
/// a forged claim, the transactions of one user would be stored under another user's item.
async fn item_of_account(
    app: &App,
    plan: &Plan,
    invocation: &Invocation,
) -> Result<Option<ItemId>, Error> {
    let account = app.pluggy.account(plan.account_id, invocation.now());
    let Some(account) = account.await? else {
        return Ok(None);
    };
    let is_as_claimed = plan.item_id.is_none() || plan.item_id == account.item_id;
    match account.item_id {
        Some(item_id) if is_as_claimed => Ok(Some(item_id)),
        _ => Err(Error::OtherItem),
    }
}

/// Stores Pluggy's responses to these requests.
async fn read(
    app: &App,
    plan: &Plan,
    item_id: ItemId,
    filters: &[TransactionFilter],
    invocation: &Invocation,
) -> Result<usize, Error> {
    let mut transactions = 0;
    for filter in filters {
        transactions += read_pages(app, plan, item_id, filter, invocation).await?;
    }
    Ok(transactions)
}

async fn read_pages(
    app: &App,
    plan: &Plan,
    item_id: ItemId,
    filter: &TransactionFilter,
    invocation: &Invocation,
) -> Result<usize, Error> {
    let mut transactions = 0;
    let mut pages = Pages::new(app, plan.account_id, filter);
    // Another invocation may send the same request at the same time. The later request has the later response,
    // whichever is written first.
    while let Some((page, fetched_at)) = pages.next_page(invocation).await? {
        app.table
            .put(plan.account_id, &page, item_id, fetched_at)
            .await?;
        transactions += page.len();
    }
    Ok(transactions)
}

/// Marks the transactions that Pluggy no longer has as deleted. Fails if Pluggy still has one of them.
async fn delete(
    app: &App,
    plan: &Plan,
    ids: &[TransactionId],
    invocation: &Invocation,
) -> Result<usize, Error> {
    let fetched_at = invocation.now();
    let present = present(app, plan, ids, invocation).await?;
    let gone: Vec<_> = ids
        .iter()
        .filter(|id| !present.contains(id))
        .copied()
        .collect();
    app.table
        .put_deleted(plan.account_id, &gone, fetched_at)
        .await?;
    if gone.len() == ids.len() {
        Ok(gone.len())
    } else {
        Err(Error::NotDeleted)
    }
}

/// Returns those of the transactions that Pluggy has.
async fn present(
    app: &App,
    plan: &Plan,
    ids: &[TransactionId],
    invocation: &Invocation,
) -> Result<BTreeSet<TransactionId>, Error> {
    let mut present = BTreeSet::new();
    for filter in with_ids(ids) {
        let mut pages = Pages::new(app, plan.account_id, &filter);
        while let Some((page, _)) = pages.next_page(invocation).await? {
            present.extend(page.iter().map(|transaction| transaction.id));
        }
    }
    Ok(present)
}
