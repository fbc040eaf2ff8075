//! What may be read from a JWT without verifying it: when it expires.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::Deserialize;

#[derive(Deserialize)]
struct Claims {
    exp: i64,
}

/// The `exp` claim of a token that Pluggy just gave us; `None` if the token is not a JWT or has
/// none.
///
/// Source: RFC 7519, section 4.1.4.
pub fn expiry(token: &str) -> Option<Timestamp> {
    let payload = token.split('.').nth(1)?;
    let json = URL_SAFE_NO_PAD.decode(payload).ok()?;
    let claims: Claims = serde_json::from_slice(&json).ok()?;
    Timestamp::from_second(claims.exp).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_expiry_is_read_from_the_payload() {
        let payload = URL_SAFE_NO_PAD.encode(r#"{"exp":1795435200}"#);

        let expiry = expiry(&format!("e30.{payload}.c2ln"));

        assert_eq!(expiry, Some(Timestamp::from_second(1_795_435_200).unwrap()));
    }

    #[test]
    fn what_is_no_jwt_has_no_expiry() {
        for token in ["", "opaque", "a.b.c", "a.e30.c", ".."] {
            assert_eq!(expiry(token), None, "{token}");
        }
    }
}
