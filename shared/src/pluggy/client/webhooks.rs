//! Webhook registrations.

use jiff::Timestamp;

use super::{Client, NO_BODY};
use crate::pluggy::call::Call;
use crate::pluggy::{
    CreateWebhookRequest, Deleted, Error, Page, UpdateWebhookRequest, Webhook, WebhookId,
};

const WEBHOOK_NOT_FOUND: &str = "WEBHOOK_NOT_FOUND";

impl Client {
    /// `GET /webhooks`: the application's webhooks. Pluggy allows five for each event name, so one
    /// page holds what is ours.
    pub async fn webhooks(&self, now: Timestamp) -> Result<Page<Webhook>, Error> {
        self.call(Call::get(["webhooks"]), NO_BODY, now).await
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
