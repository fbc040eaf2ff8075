//! HTTP response with validators and caching, so that polling costs little.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use connection::{Language, Phase};
use lambda_http::http::header::{
    CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE, ETAG, IF_NONE_MATCH, RETRY_AFTER, VARY,
};
use lambda_http::http::{HeaderMap, HeaderValue, StatusCode};
use lambda_http::{Body, Response};
use runtime::RequestError;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::view::CacheControl;

/// Bytes of the digest in the validator. That is enough to distinguish versions of one resource.
const VALIDATOR_BYTES: usize = 16;

/// Returns 200 with `view`, or 304 if the caller has this version.
pub(crate) fn answer(
    request: &HeaderMap,
    view: &impl Serialize,
    cache_control: CacheControl,
    retry_after: Option<u64>,
    language: Language,
) -> Result<Response<Body>, RequestError> {
    let json = serde_json::to_string(view).map_err(|_| RequestError::unserializable())?;
    let etag = etag(json.as_bytes());
    let mut response = Response::new(Body::Empty);
    if has(request, &etag) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        *response.body_mut() = Body::from(json);
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
            .headers_mut()
            .insert(CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    }
    let headers = response.headers_mut();
    headers.insert(
        CACHE_CONTROL,
        HeaderValue::from_static(cache_control.as_str()),
    );
    headers.insert(VARY, HeaderValue::from_static("Accept-Language"));
    headers.insert(
        ETAG,
        HeaderValue::try_from(etag).map_err(|_| RequestError::unserializable())?,
    );
    if let Some(seconds) = retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(response)
}

/// Returns the number of seconds after which a response in this phase may change, or `None` if only a webhook
/// changes it.
pub(crate) fn retry_after(phase: Phase) -> Option<u64> {
    match phase {
        Phase::Connecting | Phase::Updating => Some(3),
        Phase::WaitingUser => Some(10),
        Phase::Retrying => Some(300),
        Phase::Ready | Phase::ReadyPartial | Phase::Reconnect | Phase::Failed | Phase::Unknown => {
            None
        }
    }
}

/// Returns the entity tag. It is weak because the gateway may compress the body. Source: RFC 9110, section
/// 8.8.3.
fn etag(body: &[u8]) -> String {
    let digest = Sha256::digest(body);
    let validator = digest.get(..VALIDATOR_BYTES).unwrap_or_default();
    format!("W/\"{}\"", URL_SAFE_NO_PAD.encode(validator))
}

/// Returns whether `If-None-Match` contains the validator, by weak comparison. Source: RFC 9110, section
/// 13.1.2.
fn has(request: &HeaderMap, etag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let values = request
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .any(|tag| tag.trim() == "*" || opaque(tag) == opaque(etag))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(if_none_match: &'static str, expected: bool) {
        let headers =
            HeaderMap::from_iter([(IF_NONE_MATCH, HeaderValue::from_static(if_none_match))]);

        assert_eq!(has(&headers, "W/\"abc\""), expected, "{if_none_match}");
    }

    #[test]
    fn a_validator_is_found_in_a_list_and_in_either_form() {
        check("W/\"abc\"", true);
        check("\"abc\"", true);
        check("\"x\", W/\"abc\"", true);
        check("*", true);
        check("", false);
        check("abc", false);
        check("W/\"ab\"", false);
    }

    #[test]
    fn equal_bodies_have_equal_validators() {
        assert_eq!(etag(b"{}"), etag(b"{}"));
        assert_ne!(etag(b"{}"), etag(b"[]"));
    }
}
