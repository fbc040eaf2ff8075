//! Consents.

use jiff::Timestamp;

use super::{Client, NO_BODY, log_unreadable};
use crate::Error;
use crate::call::Call;
use pluggy::{Consent, ItemId, Page};

impl Client {
    /// `GET /consents?itemId=`: fetches the consents of an item.
    pub async fn consents(&self, item_id: ItemId, now: Timestamp) -> Result<Page<Consent>, Error> {
        let call = Call::get(["consents"]).with_query(vec![("itemId", item_id.to_string())]);
        let page: Page<Consent> = self.call(call, NO_BODY, now).await?;
        log_unreadable("consents", page.unreadable);
        Ok(page)
    }
}
