//! Accounts.

use jiff::Timestamp;

use super::{ACCOUNT_NOT_FOUND, Client, NO_BODY, log_unreadable};
use crate::Error;
use crate::call::Call;
use pluggy::{Account, AccountId, ItemId, Page};

impl Client {
    /// `GET /accounts?itemId=`: fetches the accounts of an item. An empty list does not mean that the user
    /// has no accounts: they may not be collected yet, or the consent may have ended.
    pub async fn accounts(&self, item_id: ItemId, now: Timestamp) -> Result<Page<Account>, Error> {
        let call = Call::get(["accounts"]).with_query(vec![("itemId", item_id.to_string())]);
        let page: Page<Account> = self.call(call, NO_BODY, now).await?;
        log_unreadable("accounts", page.unreadable);
        Ok(page)
    }

    /// `GET /accounts/{id}`: fetches an account. Returns `None` if Pluggy does not have it.
    pub async fn account(&self, id: AccountId, now: Timestamp) -> Result<Option<Account>, Error> {
        let call = Call::get(["accounts", &id.to_string()]);
        self.find(call, NO_BODY, ACCOUNT_NOT_FOUND, now).await
    }
}
