//! What an event asks for. Nothing is called here, so that the rules can be read, and tested, alone.

use std::collections::BTreeSet;

use jiff::Timestamp;
use pluggy::{AccountId, Event, EventKind, ItemId, TransactionFilter, TransactionId};

use crate::event::{Detail, Malformed};

/// Pluggy takes no more ids in one call.
const MAX_IDS: usize = 500;
/// The version of the schema that this consumer was written for.
const SCHEMA_VERSION: u32 = 1;

/// What is to be done for an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The account.
    pub account_id: AccountId,
    /// The item that it belongs to.
    pub item_id: Option<ItemId>,
    /// What is to be done.
    pub work: Work,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Work {
    /// To keep what Pluggy answers to these questions.
    Read(Vec<TransactionFilter>),
    /// To mark these as deleted: they are no longer at Pluggy to be asked for.
    Delete(Vec<TransactionId>),
}

impl Plan {
    /// What an event asks for. The links in it are not used: what is asked of Pluggy is made of
    /// parsed ids, and so nobody's payload sends our key anywhere.
    pub fn of(detail: &Detail) -> Result<Self, Malformed> {
        if detail.schema_version != SCHEMA_VERSION {
            return Err(Malformed::Version(detail.schema_version));
        }
        let body = detail.body.as_ref().ok_or(Malformed::Lacks("account"))?;
        let work = match detail.event {
            EventKind::TransactionsCreated => Work::Read(vec![created(body)]),
            EventKind::TransactionsUpdated => Work::Read(updated(&transaction_ids(body)?)),
            EventKind::TransactionsDeleted => Work::Delete(transaction_ids(body)?),
            _ => return Err(Malformed::Kind),
        };
        let account_id = body.account_id.as_deref().and_then(|id| id.parse().ok());
        Ok(Self {
            account_id: account_id.ok_or(Malformed::Lacks("account"))?,
            item_id: detail.item_id,
            work,
        })
    }
}

/// What Pluggy has found since the moment that the event names; everything, if it names none.
fn created(body: &Event) -> TransactionFilter {
    let moment = body.transactions_created_at_from.as_deref();
    let moment = moment.and_then(|moment| moment.parse::<Timestamp>().ok());
    moment.map_or_else(TransactionFilter::default, |moment| {
        TransactionFilter::created_at_from(moment)
    })
}

/// These transactions, as many at once as Pluggy takes.
fn updated(ids: &[TransactionId]) -> Vec<TransactionFilter> {
    let parts = ids.chunks(MAX_IDS);
    parts
        .map(|ids| TransactionFilter {
            ids: ids.to_vec(),
            ..TransactionFilter::default()
        })
        .collect()
}

/// The transactions that the event names, each once.
fn transaction_ids(body: &Event) -> Result<Vec<TransactionId>, Malformed> {
    let ids = body.transaction_ids.as_ref();
    let ids = ids.ok_or(Malformed::Lacks("transactions"))?;
    let ids: Result<BTreeSet<_>, _> = ids.iter().map(|id| id.parse()).collect();
    let ids = ids.map_err(|_| Malformed::Lacks("transactions"))?;
    Ok(ids.into_iter().collect())
}

#[cfg(test)]
mod tests;
