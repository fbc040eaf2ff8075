//! Consents.

use jiff::Timestamp;
use uuid::Uuid;

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

    /// `GET /consents/{id}`: fetches a consent, or `None` if it does not exist.
    pub async fn consent(&self, id: Uuid, now: Timestamp) -> Result<Option<Consent>, Error> {
        let call = Call::get(["consents", &id.to_string()]);
        self.find(call, NO_BODY, "CONSENT_NOT_FOUND", now).await
    }
}
