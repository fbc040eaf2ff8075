//! The key of the digests of erased users, from a secret of its own.
//!
//! A plain digest of a user's id could be found by trying all ids, such as all CPFs. The secret is never rotated: a
//! marker would no longer be found under another key.

use aws_sdk_secretsmanager::Client;
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;
use tokio::sync::OnceCell;

use super::{Error, reason};
use pluggy::ClientUserId;

/// Minimum length of the key. A shorter one is a mistake.
const MIN_KEY_BYTES: usize = 32;

/// HMAC-SHA256 of a user's id, in lower-case hex. It names the user in what outlives the erasure.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserHmac(String);

/// The key, fetched once for a process, when it is first needed.
#[derive(Debug)]
pub struct ErasureKey {
    client: Client,
    secret_arn: String,
    key: OnceCell<SecretString>,
}

impl UserHmac {
    /// Returns the digest as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for UserHmac {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl ErasureKey {
    /// Creates the key of the secret with this ARN. Makes no network call.
    pub fn new(client: Client, secret_arn: String) -> Self {
        Self {
            client,
            secret_arn,
            key: OnceCell::new(),
        }
    }

    /// Whether the process has the key.
    pub(super) fn is_loaded(&self) -> bool {
        self.key.initialized()
    }

    /// Returns the digest of a user, once the process has the key.
    pub(super) fn hmac(&self, user: &ClientUserId) -> Result<UserHmac, Error> {
        hmac(self.loaded()?, user.as_str()).map(UserHmac)
    }

    /// Returns a digest of the key, which recognizes it.
    pub(super) fn fingerprint(&self) -> Result<String, Error> {
        fingerprint(self.loaded()?)
    }

    /// Fetches the key. Fails if it has another fingerprint: no marker would be found.
    pub(super) async fn load(&self, expected: Option<&str>) -> Result<(), Error> {
        let load = || async {
            let key = self.fetch().await?;
            let own = fingerprint(&key)?;
            match expected {
                Some(expected) if expected != own => Err(replaced()),
                _ => Ok(key),
            }
        };
        self.key.get_or_try_init(load).await?;
        Ok(())
    }

    fn loaded(&self) -> Result<&SecretString, Error> {
        let key = self.key.get();
        key.ok_or_else(|| unreadable("it was not fetched"))
    }

    async fn fetch(&self) -> Result<SecretString, Error> {
        let get = self.client.get_secret_value().secret_id(&self.secret_arn);
        let answer = get.send().await;
        let answer = answer.map_err(|error| unreadable(&reason(&error)))?;
        let key = answer.secret_string.map(SecretString::from);
        key.filter(|key| key.expose_secret().len() >= MIN_KEY_BYTES)
            .ok_or_else(|| unreadable("the value is no text of at least 32 bytes"))
    }
}

fn hmac(key: &SecretString, text: &str) -> Result<String, Error> {
    let mac = Hmac::<Sha256>::new_from_slice(key.expose_secret().as_bytes());
    // A key of any length is accepted.
    let mut mac = mac.map_err(|_| unreadable("it cannot be used"))?;
    mac.update(text.as_bytes());
    Ok(hex::encode(mac.finalize().into_bytes()))
}

/// Returns the digest of a text that is too long for a user's id.
fn fingerprint(key: &SecretString) -> Result<String, Error> {
    hmac(key, &"fingerprint ".repeat(32))
}

pub(super) fn replaced() -> Error {
    unreadable("the secret was replaced, and no marker would be found")
}

fn unreadable(reason: &str) -> Error {
    Error::ErasureKey {
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_hmac_sha256_of_the_id_under_the_secret() {
        // RFC 4231, test case 2.
        let hmac = hmac(&"Jefe".to_owned().into(), "what do ya want for nothing?").unwrap();

        assert_eq!(
            hmac,
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
