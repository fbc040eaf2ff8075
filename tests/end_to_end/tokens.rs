//! Access tokens forged without the identity provider's key.

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rsa::{PublicEncryptingKey, PublicKeyComponents};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::Method;
use serde_json::{Value, json};

use crate::stack::{Stack, json as body, text};

/// The audience that the local stack is deployed with.
pub(crate) const AUDIENCE: &str = "pluggy-lambda-local";
/// The scope that the local stack requires.
pub(crate) const SCOPE: &str = "connections";

/// Forged tokens that anybody can derive from a genuine token and the published key.
pub(crate) struct Forger {
    header: Value,
    claims: Value,
    signature: String,
    key: Value,
}

impl Forger {
    /// Returns a forger that has a user's token.
    pub(crate) async fn with_token_of(stack: &Stack, user: &str) -> Self {
        let token = stack.user_token(user).await;
        let [header, claims, signature] = parts(&token);
        let keys = stack.sandbox(Method::GET, "/oauth2/jwks").send();
        Self {
            header: decoded(header),
            claims: decoded(claims),
            signature: signature.to_owned(),
            key: body(keys.await.unwrap()).await["keys"][0].clone(),
        }
    }

    /// Returns the token for another user under its old signature.
    pub(crate) fn in_the_name_of(&self, user: &str) -> String {
        let mut claims = self.claims.clone();
        claims["sub"] = user.into();
        assembled(&self.header, &claims, &self.signature)
    }

    /// Returns the token with another signature, or with none.
    pub(crate) fn signed_as(&self, signature: &str) -> String {
        assembled(&self.header, &self.claims, signature)
    }

    /// Returns the token with a header that names no algorithm, once with its signature and once without.
    pub(crate) fn unsecured(&self, algorithm: &str) -> [String; 2] {
        let mut header = self.header.clone();
        header["alg"] = algorithm.into();
        [self.signature.as_str(), ""].map(|signature| assembled(&header, &self.claims, signature))
    }

    /// Returns the token under HS256, with public forms of the key as the shared secret.
    pub(crate) fn confused(&self) -> Vec<String> {
        let pem = public_key_pem(&self.key);
        let secrets = [
            pem.clone(),
            pem.trim_end().to_owned(),
            self.key.to_string(),
            json!({ "keys": [self.key] }).to_string(),
            text(&self.key, "/n").to_owned(),
            String::new(),
        ];
        let mut header = Header::new(Algorithm::HS256);
        header.kid = Some(text(&self.key, "/kid").to_owned());
        secrets
            .iter()
            .map(|secret| {
                let key = EncodingKey::from_secret(secret.as_bytes());
                jsonwebtoken::encode(&header, &self.claims, &key).unwrap()
            })
            .collect()
    }
}

fn assembled(header: &Value, claims: &Value, signature: &str) -> String {
    let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
    format!("{header}.{claims}.{signature}")
}

fn parts(token: &str) -> [&str; 3] {
    token.split('.').collect::<Vec<_>>().try_into().unwrap()
}

fn decoded(part: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn public_key_pem(key: &Value) -> String {
    const LINE: usize = 64;
    let [n, e] = ["/n", "/e"].map(|part| URL_SAFE_NO_PAD.decode(text(key, part)).unwrap());
    let key: PublicEncryptingKey = PublicKeyComponents { n, e }.try_into().unwrap();
    let der: PublicKeyX509Der<'_> = key.as_der().unwrap();
    let text = STANDARD.encode(der.as_ref());
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(LINE)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        lines.join("\n")
    )
}
