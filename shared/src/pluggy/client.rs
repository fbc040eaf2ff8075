//! The calls that we make at Pluggy, authenticated.

use jiff::Timestamp;
use reqwest::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::api::{Api, Failure};
use super::{
    ApiKeys, ConnectTokenRequest, ConnectTokenResponse, CreateWebhookRequest, Error, Item, ItemId,
    Page, UpdateWebhookRequest, Webhook, WebhookId,
};

const ITEM_NOT_FOUND: &str = "ITEM_NOT_FOUND";

/// Pluggy's API with the application's key.
pub struct Client {
    api: Api,
    keys: ApiKeys,
}

impl Client {
    /// A client that gets its keys from `keys`. Makes no network call.
    pub fn new(api: Api, keys: ApiKeys) -> Self {
        Self { api, keys }
    }

    /// The item, or `None` if Pluggy says that the application has none of this id.
    pub async fn item(&self, id: ItemId, now: Timestamp) -> Result<Option<Item>, Error> {
        let answer = self
            .send(Method::GET, &["items", &id.to_string()], None::<&()>, now)
            .await;
        found_or(ITEM_NOT_FOUND, answer)
    }

    /// A connect token, or `None` if the item that it should update does not exist.
    pub async fn create_connect_token(
        &self,
        request: &ConnectTokenRequest,
        now: Timestamp,
    ) -> Result<Option<ConnectTokenResponse>, Error> {
        let answer = self
            .send(Method::POST, &["connect_token"], Some(request), now)
            .await;
        found_or(ITEM_NOT_FOUND, answer)
    }

    /// The application's webhooks. Pluggy allows five for each event name, so one page holds what
    /// is ours.
    pub async fn webhooks(&self, now: Timestamp) -> Result<Page<Webhook>, Error> {
        let answer = self
            .send(Method::GET, &["webhooks"], None::<&()>, now)
            .await;
        answer.map_err(Failure::into_error)
    }

    /// Registers a webhook.
    pub async fn create_webhook(
        &self,
        request: &CreateWebhookRequest<'_>,
        now: Timestamp,
    ) -> Result<Webhook, Error> {
        let answer = self
            .send(Method::POST, &["webhooks"], Some(request), now)
            .await;
        answer.map_err(Failure::into_error)
    }

    /// Changes a webhook.
    pub async fn update_webhook(
        &self,
        id: WebhookId,
        request: &UpdateWebhookRequest<'_>,
        now: Timestamp,
    ) -> Result<Webhook, Error> {
        let answer = self
            .send(
                Method::PATCH,
                &["webhooks", &id.to_string()],
                Some(request),
                now,
            )
            .await;
        answer.map_err(Failure::into_error)
    }

    /// One exchange; when Pluggy refuses the key, one renewal and the same exchange once more.
    async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &[&str],
        body: Option<&impl Serialize>,
        now: Timestamp,
    ) -> Result<T, Failure> {
        let key = self.keys.fresh(now).await.map_err(Failure::Error)?;
        match self
            .api
            .exchange(method.clone(), path, Some(&key), body)
            .await
        {
            Err(failure) if failure.is_refused_key() => {
                let key = self
                    .keys
                    .replacement(&key, now)
                    .await
                    .map_err(Failure::Error)?;
                match self.api.exchange(method, path, Some(&key), body).await {
                    Err(failure) if failure.is_refused_key() => {
                        Err(Failure::Error(Error::KeyRefused))
                    }
                    answer => answer,
                }
            }
            answer => answer,
        }
    }
}

/// "There is no such thing" is an answer, not a failure.
fn found_or<T>(code: &str, answer: Result<T, Failure>) -> Result<Option<T>, Error> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(failure) if failure.is_not_found(code) => Ok(None),
        Err(failure) => Err(failure.into_error()),
    }
}
