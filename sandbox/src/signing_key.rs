use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

/// An RSA key that exists only in this process's memory.
pub(crate) struct SigningKey {
    encoding: EncodingKey,
    decoding: DecodingKey,
    jwk: Jwk,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("the key could not be generated")]
    Generate,
    #[error("the generated key is not usable")]
    Unusable(#[from] jsonwebtoken::errors::Error),
}

impl SigningKey {
    pub(crate) fn generate() -> Result<Self, Error> {
        let key_pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| Error::Generate)?;
        let der = key_pair.as_der().map_err(|_| Error::Generate)?;
        let body = STANDARD.encode(der.as_ref());
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n");

        let encoding = EncodingKey::from_rsa_pem(pem.as_bytes())?;
        let mut jwk = Jwk::from_encoding_key(&encoding, Algorithm::RS256)?;
        jwk.common.key_id = Some(Uuid::new_v4().to_string());
        jwk.common.public_key_use = Some(jsonwebtoken::jwk::PublicKeyUse::Signature);

        Ok(Self {
            decoding: DecodingKey::from_jwk(&jwk)?,
            encoding,
            jwk,
        })
    }

    /// Generates a key that claims to be this one: its signatures name this key's id.
    pub(crate) fn impersonator(&self) -> Result<Self, Error> {
        let mut impersonator = Self::generate()?;
        impersonator
            .jwk
            .common
            .key_id
            .clone_from(&self.jwk.common.key_id);
        Ok(impersonator)
    }

    /// Returns the public key in the form of a key set.
    pub(crate) fn jwk(&self) -> &Jwk {
        &self.jwk
    }

    /// Returns a JWT with the claims, signed with RS256.
    pub(crate) fn sign<T: Serialize>(
        &self,
        claims: &T,
    ) -> Result<String, jsonwebtoken::errors::Error> {
        let mut header = Header::new(Algorithm::RS256);
        header.kid.clone_from(&self.jwk.common.key_id);
        jsonwebtoken::encode(&header, claims, &self.encoding)
    }

    /// Returns the claims of a JWT that this key signed and that has not expired.
    pub(crate) fn verify<T: DeserializeOwned + Clone>(&self, token: &str) -> Option<T> {
        let mut validation = Validation::new(Algorithm::RS256);
        validation.leeway = 0;
        validation.validate_aud = false;
        jsonwebtoken::decode(token, &self.decoding, &validation)
            .ok()
            .map(|data| data.claims)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const YEAR_2100: i64 = 4_102_444_800;

    #[test]
    fn a_key_verifies_what_it_signed() {
        let key = SigningKey::generate().unwrap();

        let token = key
            .sign(&json!({ "sub": "someone", "exp": YEAR_2100 }))
            .unwrap();

        assert_eq!(key.verify::<Value>(&token).unwrap()["sub"], "someone");
    }

    #[test]
    fn a_key_refuses_an_expired_token_and_one_of_another_key() {
        let key = SigningKey::generate().unwrap();
        let other = SigningKey::generate().unwrap();

        let expired = key.sign(&json!({ "exp": 1 })).unwrap();
        let foreign = other.sign(&json!({ "exp": YEAR_2100 })).unwrap();

        assert!(key.verify::<Value>(&expired).is_none());
        assert!(key.verify::<Value>(&foreign).is_none());
        assert!(key.verify::<Value>("not a token").is_none());
    }
}
