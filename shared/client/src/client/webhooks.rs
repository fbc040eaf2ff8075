//! Webhook registrations.

use jiff::Timestamp;

use super::{Client, NO_BODY};
use crate::Error;
use crate::call::Call;
use pluggy::{CreateWebhookRequest, Deleted, Page, UpdateWebhookRequest, Webhook, WebhookId};

const WEBHOOK_NOT_FOUND: &str = "WEBHOOK_NOT_FOUND";
/// Pluggy allows five webhooks for each event name, so that there are never so many pages.
const MAX_PAGES: u64 = 20;

impl Client {
    /// `GET /webhooks`: the application's webhooks, on all pages.
    pub async fn webhooks(&self, now: Timestamp) -> Result<Vec<Webhook>, Error> {
        let mut webhooks = Vec::new();
        for page in 1..=MAX_PAGES {
            let answer: Page<Webhook> = self.call(page_of_webhooks(page), NO_BODY, now).await?;
            webhooks.extend(answer.results);
            if answer.total_pages.unwrap_or(1) <= page {
                break;
            }
        }
        Ok(webhooks)
    }

    /// `GET /webhooks/{id}`: one webhook, or `None` if there is none of this id.
    pub async fn webhook(&self, id: WebhookId, now: Timestamp) -> Result<Option<Webhook>, Error> {
        let call = Call::get(["webhooks", &id.to_string()]);
        self.find(call, NO_BODY, WEBHOOK_NOT_FOUND, now).await
    }

    /// `POST /webhooks`: registers a webhook.
    pub async fn create_webhook(
        &self,
        request: &CreateWebhookRequest<'_>,
        now: Timestamp,
    ) -> Result<Webhook, Error> {
        self.call(Call::post(["webhooks"]), Some(request), now)
            .await
    }

    /// `PATCH /webhooks/{id}`: changes a webhook, or `None` if there is none of this id.
    pub async fn update_webhook(
        &self,
        id: WebhookId,
        request: &UpdateWebhookRequest<'_>,
        now: Timestamp,
    ) -> Result<Option<Webhook>, Error> {
        let call = Call::patch(["webhooks", &id.to_string()]);
        self.find(call, Some(request), WEBHOOK_NOT_FOUND, now).await
    }

    /// `DELETE /webhooks/{id}`: removes a webhook; `None` if there is none of this id any more.
    pub async fn delete_webhook(
        &self,
        id: WebhookId,
        now: Timestamp,
    ) -> Result<Option<Deleted>, Error> {
        let call = Call::delete(["webhooks", &id.to_string()]);
        self.find(call, NO_BODY, WEBHOOK_NOT_FOUND, now).await
    }
}

/// The first page as Pluggy documents the call: without a query.
fn page_of_webhooks(page: u64) -> Call {
    let call = Call::get(["webhooks"]);
    if page == 1 {
        return call;
    }
    call.with_query(vec![("page", page.to_string())])
}
