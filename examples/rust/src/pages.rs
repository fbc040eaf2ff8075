//! Transactions of an account at Pluggy, page by page.

use jiff::Timestamp;
use pluggy::{AccountId, Transaction, TransactionCursor, TransactionFilter};

use crate::App;
use crate::invocation::Invocation;

/// Pages of the transactions that match a filter.
pub(crate) struct Pages<'a> {
    app: &'a App,
    account_id: AccountId,
    filter: &'a TransactionFilter,
    /// The end of the last page.
    after: Option<TransactionCursor>,
    has_ended: bool,
}

impl<'a> Pages<'a> {
    /// Creates the pages, from the first one on.
    pub(crate) fn new(app: &'a App, account_id: AccountId, filter: &'a TransactionFilter) -> Self {
        Self {
            app,
            account_id,
            filter,
            after: None,
            has_ended: false,
        }
    }

    /// Fetches the next page, with the time of the request. Returns `None` after the last page, or if the account has
    /// gone meanwhile.
    pub(crate) async fn next_page(
        &mut self,
        invocation: &Invocation,
    ) -> Result<Option<(Vec<Transaction>, Timestamp)>, client::Error> {
        if self.has_ended {
            return Ok(None);
        }
        let fetched_at = invocation.now();
        let after = self.after.as_ref();
        let pluggy = &self.app.pluggy;
        let answer = pluggy.transactions(self.account_id, self.filter, after, fetched_at);
        let Some(page) = answer.await? else {
            self.has_ended = true;
            return Ok(None);
        };
        self.after = page.next;
        self.has_ended = self.after.is_none();
        Ok(Some((page.results, fetched_at)))
    }
}
