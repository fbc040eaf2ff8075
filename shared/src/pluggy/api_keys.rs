//! The API key that all functions share: process memory first, then the credential table, then
//! `POST /auth`.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use tokio::sync::Mutex;

use super::api::{Api, Failure};
use super::call::Call;
use super::{ApiKey, AuthRequest, AuthResponse, ClientId, Error, jwt};
use crate::secret::PluggySecrets;
use crate::store::{Credentials, StoredApiKey};

/// Documented lifetime of a key, used where the key itself does not say.
const LIFETIME: SignedDuration = SignedDuration::from_hours(2);
/// A key is renewed this long before it expires, plus up to [`RENEWAL_JITTER`], so that not all
/// processes renew at once.
const RENEWAL_MARGIN: SignedDuration = SignedDuration::from_mins(5);
const RENEWAL_JITTER: Duration = Duration::from_mins(5);
/// A key younger than this is not renewed, and credentials that were refused are not tried again
/// for as long: whatever is wrong, more calls to `/auth` would not mend it.
const QUIET_TIME: SignedDuration = SignedDuration::from_secs(60);

/// Source of API keys. One renewal at a time in a process.
pub struct ApiKeys {
    api: Api,
    client_id: ClientId,
    secrets: PluggySecrets,
    table: Credentials,
    margin: SignedDuration,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    key: Option<StoredApiKey>,
    refusal: Option<Refusal>,
}

/// The credentials do not work, and why.
struct Refusal {
    at: Timestamp,
    reason: Reason,
}

#[derive(Clone)]
enum Reason {
    OtherApplication,
    Refused { status: u16, code: Option<String> },
}

impl From<Reason> for Error {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::OtherApplication => Self::OtherApplication,
            Reason::Refused { status, code } => Self::CredentialsRefused { status, code },
        }
    }
}

impl Memory {
    /// Remembers that the credentials do not work.
    fn refuse(&mut self, now: Timestamp, reason: Reason) -> Error {
        self.refusal = Some(Refusal {
            at: now,
            reason: reason.clone(),
        });
        reason.into()
    }
}

impl ApiKeys {
    /// Keys for the application `client_id`, whose credentials are in `secrets`. Makes no network
    /// call.
    pub fn new(api: Api, client_id: ClientId, secrets: PluggySecrets, table: Credentials) -> Self {
        let jitter = RENEWAL_JITTER.mul_f64(rand::random());
        let margin = RENEWAL_MARGIN + SignedDuration::try_from(jitter).unwrap_or_default();
        Self {
            api,
            client_id,
            secrets,
            table,
            margin,
            memory: Mutex::default(),
        }
    }

    /// A key with time left.
    pub(super) async fn fresh(&self, now: Timestamp) -> Result<ApiKey, Error> {
        let mut memory = self.memory.lock().await;
        if let Some(stored) = memory
            .key
            .as_ref()
            .filter(|stored| self.has_time_left(stored, now))
        {
            return Ok(stored.key.clone());
        }
        if let Some(stored) = self.stored().await?
            && self.has_time_left(&stored, now)
        {
            return Ok(memory.key.insert(stored).key.clone());
        }
        self.authenticate(&mut memory, now).await
    }

    /// Another key in place of one that Pluggy refused: somebody else's renewal if there was one,
    /// else a new key.
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
        self.table
            .api_key(self.client_id)
            .await
            .map_err(Error::Store)
    }

    /// A key that was just made is good as long as it lives: another one would live no longer.
    fn has_time_left(&self, stored: &StoredApiKey, now: Timestamp) -> bool {
        let left = stored.expires_at.duration_since(now);
        let is_new = now.duration_since(stored.issued_at) < QUIET_TIME;
        left > self.margin || (is_new && left > SignedDuration::ZERO)
    }

    /// `POST /auth`, and the new key into memory and table. A key that cannot be stored is used all
    /// the same.
    async fn authenticate(&self, memory: &mut Memory, now: Timestamp) -> Result<ApiKey, Error> {
        if let Some(refusal) = memory
            .refusal
            .as_ref()
            .filter(|refusal| now.duration_since(refusal.at) < QUIET_TIME)
        {
            return Err(refusal.reason.clone().into());
        }
        let secret = self.secrets.read().await.map_err(Error::Secret)?;
        // Another application's keys answer 404 for every item of ours, as if all were gone.
        if secret.client_id != self.client_id {
            return Err(memory.refuse(now, Reason::OtherApplication));
        }
        let request = AuthRequest {
            client_id: secret.client_id,
            client_secret: &secret.client_secret,
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
                return Err(memory.refuse(now, Reason::Refused { status, code }));
            }
            Err(failure) => return Err(failure.into_error()),
        };
        let expires_at = jwt::expiry(api_key.expose())
            .unwrap_or_else(|| now.saturating_add(LIFETIME).unwrap_or(now));
        let stored = StoredApiKey {
            key: api_key,
            client_id: self.client_id,
            issued_at: now,
            expires_at,
        };
        if let Err(error) = self.table.put_api_key(&stored).await {
            tracing::warn!(
                error = crate::telemetry::chain(&error),
                "api key not shared"
            );
        }
        memory.refusal = None;
        Ok(memory.key.insert(stored).key.clone())
    }
}
