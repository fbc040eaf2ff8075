//! Authenticated client for the calls to Pluggy's API.

mod accounts;
mod connectors;
mod consents;
mod items;
mod transactions;
mod webhooks;

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use crate::OPENING_BUDGET;
use crate::api::Api;
use crate::call::Call;
use crate::failed_response::Failure;
use crate::{ApiKeys, Error};
use pluggy::{ConnectTokenRequest, ConnectTokenResponse};

/// Body of a call without one.
const NO_BODY: Option<&()> = None;
const ACCOUNT_NOT_FOUND: &str = "ACCOUNT_NOT_FOUND";
const ITEM_NOT_FOUND: &str = "ITEM_NOT_FOUND";

/// Client for Pluggy's API with the application's key. The key is shared with other processes, and
/// renewed once when Pluggy refuses it.
///
/// ```no_run
/// # async fn example(
/// #     client_id: pluggy::ClientId,
/// #     credentials: impl client::CredentialsSource + 'static,
/// #     keys: impl client::KeyStore + 'static,
/// # ) -> Result<(), Box<dyn std::error::Error>> {
/// use client::{Api, ApiKeys, Client, https::Trust};
///
/// let api = Api::new(&Trust::compiled_in()?, "https://api.pluggy.ai".parse()?);
/// let pluggy = Client::new(api.clone(), ApiKeys::new(api, client_id, credentials, keys));
/// let now = jiff::Timestamp::now();
/// match pluggy.item("9a7b6c5d-0000-4000-8000-000000000001".parse()?, now).await? {
///     Some(item) => println!("{} {}", item.status, item.execution_status),
///     None => println!("no such item"),
/// }
/// # Ok(())
/// # }
/// ```
pub struct Client {
    api: Api,
    keys: ApiKeys,
}

impl Client {
    /// Creates a client that takes its keys from `keys`. Makes no network call.
    pub fn new(api: Api, keys: ApiKeys) -> Self {
        Self { api, keys }
    }

    /// Prepares the first call: opens the connection and reads the shared key. Failures are left to that
    /// call.
    pub async fn open(&self, now: Timestamp) {
        tokio::join!(self.api.open(OPENING_BUDGET), async {
            let _ = timeout(OPENING_BUDGET, self.keys.remember(now)).await;
        });
    }

    /// `POST /connect_token`: creates a connect token. Returns `None` if the item to update does not exist.
    pub async fn create_connect_token(
        &self,
        request: &ConnectTokenRequest,
        now: Timestamp,
    ) -> Result<Option<ConnectTokenResponse>, Error> {
        self.find(
            Call::post(["connect_token"]).repeatable(),
            Some(request),
            ITEM_NOT_FOUND,
            now,
        )
        .await
    }

    /// Makes a call that requires a response body.
    async fn call<T: DeserializeOwned>(
        &self,
        call: Call,
        body: Option<&impl Serialize>,
        now: Timestamp,
    ) -> Result<T, Error> {
        self.send(call, body, now)
            .await
            .map_err(Failure::into_error)
    }

    /// Makes a call that returns `None` if Pluggy responds with the code `not_found`.
    async fn find<T: DeserializeOwned>(
        &self,
        call: Call,
        body: Option<&impl Serialize>,
        not_found: &str,
        now: Timestamp,
    ) -> Result<Option<T>, Error> {
        match self.send(call, body, now).await {
            Ok(found) => Ok(Some(found)),
            Err(failure) if failure.is_not_found(not_found) => Ok(None),
            Err(failure) => Err(failure.into_error()),
        }
    }

    /// Makes a call whose status alone says that it succeeded, and returns `absent` for a body that cannot be
    /// read. Returns `None` if Pluggy responds with the code `not_found`.
    async fn change<T: DeserializeOwned>(
        &self,
        call: Call,
        body: Option<&impl Serialize>,
        not_found: &str,
        absent: impl FnOnce() -> T,
        now: Timestamp,
    ) -> Result<Option<T>, Error> {
        match self.find(call, body, not_found, now).await {
            Err(Error::Unreadable(reason)) => {
                tracing::warn!(%reason, "the body of a success cannot be read");
                Ok(Some(absent()))
            }
            answer => answer,
        }
    }

    /// Makes one exchange. If Pluggy refuses the key, renews it and makes the exchange once more.
    async fn send<T: DeserializeOwned>(
        &self,
        call: Call,
        body: Option<&impl Serialize>,
        now: Timestamp,
    ) -> Result<T, Failure> {
        let key = self.keys.fresh(now).await.map_err(Failure::Error)?;
        match self.api.exchange(&call, Some(&key), body).await {
            Err(failure) if failure.is_refused_key() => {
                let key = self
                    .keys
                    .replacement(&key, now)
                    .await
                    .map_err(Failure::Error)?;
                match self.api.exchange(&call, Some(&key), body).await {
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

/// Logs the number of entries of a list that cannot be read, if there are any. The caller gets the others.
fn log_unreadable(list: &'static str, entries: usize) {
    if entries > 0 {
        tracing::warn!(list, entries, "entries of a list without a usable id");
    }
}
