//! API key shared by all functions: cached in memory, then in the credential table, then created by `POST
//! /auth`.

use std::time::Duration;

pub use futures_util::future::BoxFuture;
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use tokio::sync::Mutex;

use crate::api::Api;
use crate::call::Call;
use crate::chain;
use crate::failed_response::Failure;
use crate::{Error, token_expiry};
use pluggy::{ApiKey, AuthRequest, AuthResponse, ClientId};

/// An error of a source or store outside of this crate.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The application's credentials.
pub struct Credentials {
    /// The application that they belong to.
    pub client_id: ClientId,
    /// Its secret.
    pub client_secret: SecretString,
}

/// Source of the application's credentials.
pub trait CredentialsSource: Send + Sync {
    /// Reads the current credentials, so that rotated ones are used. Callers need them rarely.
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, BoxError>>;
}

/// An API key as processes share it.
#[derive(Clone, Debug)]
pub struct StoredApiKey {
    /// The key.
    pub key: ApiKey,
    /// The application that it belongs to.
    pub client_id: ClientId,
    /// When it was issued, by our clock.
    pub issued_at: Timestamp,
    /// When it expires, to the second.
    pub expires_at: Timestamp,
}

/// Store in which processes share the application's API key.
pub trait KeyStore: Send + Sync {
    /// Returns the shared key of an application, even if it has expired.
    fn get(&self, client_id: ClientId) -> BoxFuture<'_, Result<Option<StoredApiKey>, BoxError>>;

    /// Stores a key, unless a newer one of its application is stored.
    fn put<'a>(&'a self, key: &'a StoredApiKey) -> BoxFuture<'a, Result<(), BoxError>>;
}

/// Documented lifetime of a key, used when the key does not contain its expiry.
const API_KEY_LIFETIME: SignedDuration = SignedDuration::from_hours(2);
/// Time before expiry at which a key is renewed. Up to [`RENEWAL_JITTER`] is added, so that processes do not
/// renew at the same time.
const RENEWAL_MARGIN: SignedDuration = SignedDuration::from_mins(5);
const RENEWAL_JITTER: Duration = Duration::from_mins(5);
/// A key younger than this is not renewed, and refused credentials are not tried again for this long. More
/// calls to `/auth` would not help.
const QUIET_TIME: SignedDuration = SignedDuration::from_secs(60);
/// The same after a temporary failure, when no valid key is left.
const SHORT_QUIET_TIME: SignedDuration = SignedDuration::from_secs(2);

/// Source of API keys. A process makes one renewal at a time.
pub struct ApiKeys {
    api: Api,
    client_id: ClientId,
    credentials: Box<dyn CredentialsSource>,
    store: Box<dyn KeyStore>,
    margin: SignedDuration,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    key: Option<StoredApiKey>,
    refusal: Option<NoKey>,
}

/// Period without a key, and the reason.
struct NoKey {
    until: Timestamp,
    reason: NoKeyReason,
}

enum NoKeyReason {
    OtherApplication,
    Refused { status: u16, code: Option<String> },
    RateLimited,
    Unavailable,
}

impl NoKey {
    /// Returns the error for a call at `now`.
    fn error(&self, now: Timestamp) -> Error {
        match &self.reason {
            NoKeyReason::OtherApplication => Error::OtherApplication,
            NoKeyReason::Refused { status, code } => Error::CredentialsRefused {
                status: *status,
                code: code.clone(),
            },
            NoKeyReason::Unavailable => Error::Unavailable {
                status: None,
                error_id: None,
                source: None,
            },
            NoKeyReason::RateLimited => Error::RateLimited {
                retry_after: self.until.duration_since(now).unsigned_abs(),
            },
        }
    }
}

impl Memory {
    /// Records for `time` that there is no key.
    fn refuse(&mut self, now: Timestamp, time: SignedDuration, reason: NoKeyReason) -> Error {
        let until = now.saturating_add(time).unwrap_or(now);
        self.refusal.insert(NoKey { until, reason }).error(now)
    }
}

impl ApiKeys {
    /// Creates a source of keys for the application `client_id`. Makes no network call.
    pub fn new(
        api: Api,
        client_id: ClientId,
        credentials: impl CredentialsSource + 'static,
        store: impl KeyStore + 'static,
    ) -> Self {
        let jitter = RENEWAL_JITTER.mul_f64(rand::random());
        let margin = RENEWAL_MARGIN + SignedDuration::try_from(jitter).unwrap_or_default();
        Self {
            api,
            client_id,
            credentials: Box::new(credentials),
            store: Box::new(store),
            margin,
            memory: Mutex::default(),
        }
    }

    /// Reads the shared key before the first call, if there is one.
    pub(super) async fn remember(&self, now: Timestamp) {
        let mut memory = self.memory.lock().await;
        match self.stored().await {
            Ok(Some(stored)) if self.has_time_left(&stored, now) => memory.key = Some(stored),
            Ok(_) => {}
            Err(error) => tracing::debug!(error = chain(&error), "no api key yet"),
        }
    }

    /// Returns a key with time left.
    pub(super) async fn fresh(&self, now: Timestamp) -> Result<ApiKey, Error> {
        let mut memory = self.memory.lock().await;
        if let Some(stored) = memory
            .key
            .as_ref()
            .filter(|stored| self.has_time_left(stored, now))
        {
            return Ok(stored.key.clone());
        }
        let renewed = match self.stored().await {
            Ok(Some(stored)) if self.has_time_left(&stored, now) => {
                return Ok(memory.key.insert(stored).key.clone());
            }
            Ok(stored) => {
                let known = [memory.key.take(), stored].into_iter().flatten();
                memory.key = known.max_by_key(|stored| stored.expires_at);
                self.authenticate(&mut memory, now).await
            }
            // Without the table, each process would create a key that it cannot share.
            Err(error) => Err(error),
        };
        // Renewal starts early, so the previous key is still valid after a failure.
        match (renewed, &memory.key) {
            (Err(error), Some(old)) if old.expires_at > now => {
                tracing::warn!(error = chain(&error), "api key not renewed yet");
                Ok(old.key.clone())
            }
            (renewed, _) => renewed,
        }
    }

    /// Returns a key to replace one that Pluggy refused: the shared key if another process has renewed it,
    /// else a new one.
    pub(super) async fn replacement(
        &self,
        refused: &ApiKey,
        now: Timestamp,
    ) -> Result<ApiKey, Error> {
        let mut memory = self.memory.lock().await;
        let is_other = |stored: &&StoredApiKey| stored.key.expose() != refused.expose();
        if let Some(stored) = memory.key.as_ref().filter(is_other) {
            return Ok(stored.key.clone());
        }
        let stored = self.stored().await?;
        if let Some(other) = stored.as_ref().filter(is_other)
            && self.has_time_left(other, now)
        {
            let key = other.key.clone();
            memory.key = stored;
            return Ok(key);
        }
        let issued_at = stored
            .as_ref()
            .or(memory.key.as_ref())
            .map(|stored| stored.issued_at);
        if issued_at.is_some_and(|at| now.duration_since(at) < QUIET_TIME) {
            return Err(Error::KeyRefused);
        }
        self.authenticate(&mut memory, now).await
    }

    async fn stored(&self) -> Result<Option<StoredApiKey>, Error> {
        self.store
            .get(self.client_id)
            .await
            .map_err(Error::KeyStore)
    }

    /// Whether the key need not be renewed. A renewal of a new key would gain nothing.
    fn has_time_left(&self, stored: &StoredApiKey, now: Timestamp) -> bool {
        let left = stored.expires_at.duration_since(now);
        let is_new = now.duration_since(stored.issued_at) < QUIET_TIME;
        left > self.margin || (is_new && left > SignedDuration::ZERO)
    }

    /// Calls `POST /auth` and stores the new key in memory and in the table. A key that cannot be stored is
    /// still used.
    async fn authenticate(&self, memory: &mut Memory, now: Timestamp) -> Result<ApiKey, Error> {
        if let Some(refusal) = memory
            .refusal
            .as_ref()
            .filter(|refusal| now < refusal.until)
        {
            return Err(refusal.error(now));
        }
        let credentials = self
            .credentials
            .credentials()
            .await
            .map_err(Error::Credentials)?;
        // With the keys of another application, every item of ours would be a 404, as if all were deleted.
        if credentials.client_id != self.client_id {
            return Err(memory.refuse(now, QUIET_TIME, NoKeyReason::OtherApplication));
        }
        let request = AuthRequest {
            client_id: credentials.client_id,
            client_secret: &credentials.client_secret,
        };
        let answer = self
            .api
            .exchange(&Call::post(["auth"]).repeatable(), None, Some(&request))
            .await;
        let AuthResponse { api_key } = match answer {
            Ok(answer) => answer,
            Err(Failure::Status {
                status: status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN),
                body,
                ..
            }) => {
                let (status, code) = (status.as_u16(), body.code_description);
                return Err(memory.refuse(now, QUIET_TIME, NoKeyReason::Refused { status, code }));
            }
            Err(failure) => {
                let error = failure.into_error();
                let wait = error.retry_after().map(SignedDuration::try_from);
                if let Some(Ok(wait)) = wait {
                    return Err(memory.refuse(now, wait, NoKeyReason::RateLimited));
                }
                // A caller with a valid key need not wait for each failed renewal.
                let time = if memory.key.as_ref().is_some_and(|key| key.expires_at > now) {
                    QUIET_TIME
                } else {
                    SHORT_QUIET_TIME
                };
                memory.refuse(now, time, NoKeyReason::Unavailable);
                return Err(error);
            }
        };
        let expires_at = token_expiry::expiry(api_key.expose(), now, API_KEY_LIFETIME);
        let stored = StoredApiKey {
            key: api_key,
            client_id: self.client_id,
            issued_at: now,
            expires_at,
        };
        if let Err(error) = self.store.put(&stored).await {
            tracing::warn!(error = chain(error.as_ref()), "api key not shared");
        }
        memory.refusal = None;
        Ok(memory.key.insert(stored).key.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nowhere;

    impl CredentialsSource for Nowhere {
        fn credentials(&self) -> BoxFuture<'_, Result<Credentials, BoxError>> {
            Box::pin(async { Err("no credentials".into()) })
        }
    }

    impl KeyStore for Nowhere {
        fn get(&self, _: ClientId) -> BoxFuture<'_, Result<Option<StoredApiKey>, BoxError>> {
            Box::pin(async { Ok(None) })
        }

        fn put<'a>(&'a self, _: &'a StoredApiKey) -> BoxFuture<'a, Result<(), BoxError>> {
            Box::pin(async { Ok(()) })
        }
    }

    fn keys() -> ApiKeys {
        let trust = crate::https::Trust::compiled_in().unwrap();
        ApiKeys::new(
            Api::new(&trust, "https://api.pluggy.ai".parse().unwrap()),
            "11111111-0000-4000-8000-000000000003".parse().unwrap(),
            Nowhere,
            Nowhere,
        )
    }

    #[test]
    fn processes_renew_five_to_ten_minutes_early_and_not_all_at_once() {
        let margins: std::collections::BTreeSet<_> = (0..8).map(|_| keys().margin).collect();

        let earliest = RENEWAL_MARGIN + SignedDuration::try_from(RENEWAL_JITTER).unwrap();
        assert!(margins.len() > 1, "{margins:?}");
        assert!(
            margins
                .iter()
                .all(|margin| (RENEWAL_MARGIN..=earliest).contains(margin)),
            "{margins:?}"
        );
    }
}
