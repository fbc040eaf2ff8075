//! The plan for an event. This module calls no service, so its rules can be read and tested alone.

use std::collections::BTreeSet;

use jiff::Timestamp;
use pluggy::{AccountId, Event, EventKind, ItemId, TransactionFilter, TransactionId};

use crate::event::{Detail, Malformed};

/// The maximum number of ids in one request to Pluggy.
const MAX_IDS: usize = 500;
/// The version of the schema that this consumer supports.
pub(crate) const SCHEMA_VERSION: u32 = 1;

/// The work for an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The account.
    pub account_id: AccountId,
    /// The item that it belongs to, according to the event.
    pub item_id: Option<ItemId>,
    /// The work.
    pub work: Work,
}

/// The kind of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Work {
    /// Store Pluggy's responses to these requests.
    Read(Vec<TransactionFilter>),
    /// Mark these transactions as deleted, once Pluggy does not return them.
    Delete(Vec<TransactionId>),
}

impl Plan {
    /// Returns the plan for an event. Its links are not used. Requests to Pluggy contain only parsed ids, so a forged
    /// payload cannot send our key elsewhere.
    pub fn of(detail: &Detail) -> Result<Self, Malformed> {
        if detail.schema_version != SCHEMA_VERSION {
            return Err(Malformed::Version(detail.schema_version));
        }
        let body = detail.body.as_ref().ok_or(Malformed::Lacks("account"))?;
        let work = match detail.event {
            EventKind::TransactionsCreated => Work::Read(vec![created(body)]),
            EventKind::TransactionsUpdated => Work::Read(with_ids(&transaction_ids(body)?)),
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

/// Returns a filter for the transactions found since the time in the event, or for all if it has none.
fn created(body: &Event) -> TransactionFilter {
    let moment = body.transactions_created_at_from.as_deref();
    let moment = moment.and_then(|moment| moment.parse::<Timestamp>().ok());
    moment.map_or_else(TransactionFilter::default, |moment| {
        TransactionFilter::created_at_from(moment)
    })
}

/// Returns filters for these transactions, each with as many ids as Pluggy accepts.
pub(crate) fn with_ids(ids: &[TransactionId]) -> Vec<TransactionFilter> {
    let parts = ids.chunks(MAX_IDS);
    parts
        .map(|ids| TransactionFilter {
            ids: ids.to_vec(),
            ..TransactionFilter::default()
        })
        .collect()
}

/// Returns the transaction ids in the event, without duplicates.
fn transaction_ids(body: &Event) -> Result<Vec<TransactionId>, Malformed> {
    let ids = body.transaction_ids.as_ref();
    let ids = ids.ok_or(Malformed::Lacks("transactions"))?;
    let ids: Result<BTreeSet<_>, _> = ids.iter().map(|id| id.parse()).collect();
    let ids = ids.map_err(|_| Malformed::Lacks("transactions"))?;
    Ok(ids.into_iter().collect())
}

#[cfg(test)]
mod tests;
