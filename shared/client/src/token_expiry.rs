//! Expiry of a JWT, read without verification.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

/// Longest lifetime that is accepted. No known token of Pluggy lives so long. A token with a longer lifetime,
/// or with an expiry in the past, is treated as one without an expiry.
const LONGEST_LIFETIME: SignedDuration = SignedDuration::from_hours(24);

#[derive(Deserialize)]
struct Claims {
    exp: i64,
}

/// Returns when a token received at `now` expires: by its own claim if that is plausible, else after the
/// `documented` lifetime.
pub fn expiry(token: &str, now: Timestamp, documented: SignedDuration) -> Timestamp {
    let is_believed = |at: &Timestamp| *at > now && at.duration_since(now) <= LONGEST_LIFETIME;
    claimed_expiry(token)
        .filter(is_believed)
        .unwrap_or_else(|| now.saturating_add(documented).unwrap_or(now))
}

/// Returns the `exp` claim, or `None` if the token is not a JWT or has none.
///
/// Source: RFC 7519, section 4.1.4.
fn claimed_expiry(token: &str) -> Option<Timestamp> {
    let payload = token.split('.').nth(1)?;
    let json = URL_SAFE_NO_PAD.decode(payload).ok()?;
    let claims: Claims = serde_json::from_slice(&json).ok()?;
    Timestamp::from_second(claims.exp).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HALF_AN_HOUR: SignedDuration = SignedDuration::from_mins(30);

    fn now() -> Timestamp {
        "2026-11-23T12:00:00Z".parse().unwrap()
    }

    fn token(claims: &str) -> String {
        format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims))
    }

    #[test]
    fn a_token_says_itself_when_it_ends() {
        for lifetime in [
            SignedDuration::from_secs(1),
            SignedDuration::from_mins(20),
            SignedDuration::from_hours(24),
        ] {
            let ends_at = now() + lifetime;
            let token = token(&format!(r#"{{"exp":{}}}"#, ends_at.as_second()));

            assert_eq!(expiry(&token, now(), HALF_AN_HOUR), ends_at, "{lifetime}");
        }
    }

    #[test]
    fn a_token_that_does_not_say_or_is_not_believed_lives_as_documented() {
        let tokens = [
            String::new(),
            "opaque".to_owned(),
            "a.b.c".to_owned(),
            "..".to_owned(),
            token("{}"),
            token(r#"{"exp":"soon"}"#),
            // The present, the past, the year 3000, and beyond the range of timestamps.
            token(&format!(r#"{{"exp":{}}}"#, now().as_second())),
            token(r#"{"exp":0}"#),
            token(r#"{"exp":32503680000}"#),
            token(r#"{"exp":9223372036854775807}"#),
        ];
        for token in tokens {
            assert_eq!(
                expiry(&token, now(), HALF_AN_HOUR),
                now() + HALF_AN_HOUR,
                "{token}"
            );
        }
    }
}
