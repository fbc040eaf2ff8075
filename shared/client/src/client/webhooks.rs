//! Webhook registrations.

use jiff::Timestamp;

use super::{Client, NO_BODY, log_unreadable};
use crate::Error;
use crate::call::Call;
use pluggy::{CreateWebhookRequest, Deleted, Page, UpdateWebhookRequest, Webhook, WebhookId};

const WEBHOOK_NOT_FOUND: &str = "WEBHOOK_NOT_FOUND";
/// Maximum number of pages. Pluggy allows five webhooks per event name, so there are always fewer.
const MAX_PAGES: u64 = 20;

impl Client {
    /// `GET /webhooks`: fetches the application's webhooks, from all pages.
    pub async fn webhooks(&self, now: Timestamp) -> Result<Vec<Webhook>, Error> {
        let mut webhooks = Vec::new();
        for page in 1..=MAX_PAGES {
            let answer: Page<Webhook> = self.call(page_of_webhooks(page), NO_BODY, now).await?;
            log_unreadable("webhooks", answer.unreadable);
            webhooks.extend(answer.results);
            if answer.total_pages.unwrap_or(1) <= page {
                break;
            }
        }
        Ok(webhooks)
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

    /// `PATCH /webhooks/{id}`: updates a webhook. Returns `None` if it does not exist, and a webhook with only
    /// its id if the response has no usable body.
    pub async fn update_webhook(
        &self,
        id: WebhookId,
        request: &UpdateWebhookRequest<'_>,
        now: Timestamp,
    ) -> Result<Option<Webhook>, Error> {
        let call = Call::patch(["webhooks", &id.to_string()]);
        let absent = || Webhook::new(id);
        self.change(call, Some(request), WEBHOOK_NOT_FOUND, absent, now)
            .await
    }

    /// `DELETE /webhooks/{id}`: deletes a webhook. Returns `None` if it does not exist.
    pub async fn delete_webhook(
        &self,
        id: WebhookId,
        now: Timestamp,
    ) -> Result<Option<Deleted>, Error> {
        let call = Call::delete(["webhooks", &id.to_string()]);
        self.change(call, NO_BODY, WEBHOOK_NOT_FOUND, Deleted::default, now)
            .await
    }
}

/// Creates the call for a page. Pluggy documents the first page without a query.
fn page_of_webhooks(page: u64) -> Call {
    let call = Call::get(["webhooks"]);
    if page == 1 {
        return call;
    }
    call.with_query(vec![("page", page.to_string())])
}
