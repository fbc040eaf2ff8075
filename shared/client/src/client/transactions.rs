//! Transactions.

use jiff::Timestamp;

use super::{ACCOUNT_NOT_FOUND, Client, NO_BODY, log_unreadable};
use crate::Error;
use crate::call::Call;
use pluggy::{AccountId, TransactionCursor, TransactionFilter, TransactionPage};

impl Client {
    /// `GET /v2/transactions?accountId=`: fetches a page of an account's transactions, from the end of the
    /// previous page. Returns `None` if the account does not exist. All pages need the same filter.
    pub async fn transactions(
        &self,
        account_id: AccountId,
        filter: &TransactionFilter,
        after: Option<&TransactionCursor>,
        now: Timestamp,
    ) -> Result<Option<TransactionPage>, Error> {
        let mut query = vec![("accountId", account_id.to_string())];
        query.extend(filter.query());
        query.extend(after.map(|cursor| ("after", cursor.as_str().to_owned())));
        let call = Call::get(["v2", "transactions"]).with_query(query);
        let page: Option<TransactionPage> =
            self.find(call, NO_BODY, ACCOUNT_NOT_FOUND, now).await?;
        if let Some(page) = &page {
            log_unreadable("transactions", page.unreadable);
        }
        Ok(page)
    }
}
