//! The property of request headers.

use lambda_http::http::{HeaderMap, HeaderName, HeaderValue};

use crate::receiver::{SECRET, SECRET_HEADER, post};

const BODY: &[u8] = br#"{"event":"item/updated","eventId":"1"}"#;
/// The previous secret, which is also accepted.
const PREVIOUS_SECRET: &str = "abc";

/// Checks any headers. The webhook admits a request if and only if it has the secret header exactly once, with exactly
/// an accepted secret. `lines` are `name: value` each; lines that HTTP does not allow are skipped.
pub fn headers(lines: &[u8]) {
    let headers: Vec<(HeaderName, HeaderValue)> = lines
        .split(|byte| *byte == b'\n')
        .filter_map(header)
        .collect();
    let secrets: Vec<&[u8]> = headers
        .iter()
        .filter(|(name, _)| name.as_str() == SECRET_HEADER)
        .map(|(_, value)| value.as_bytes())
        .collect();
    let is_admitted = secrets == [SECRET.as_bytes()] || secrets == [PREVIOUS_SECRET.as_bytes()];

    // Two headers with the same name must stay two.
    let mut map = HeaderMap::new();
    for (name, value) in &headers {
        map.append(name, value.clone());
    }
    let answer = post(map, BODY);

    let expected = if is_admitted { (200, 1) } else { (401, 0) };
    assert_eq!((answer.status, answer.rows.len()), expected);
}

fn header(line: &[u8]) -> Option<(HeaderName, HeaderValue)> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, value) = line.split_at(colon);
    let name = HeaderName::from_bytes(name).ok()?;
    let value = value.strip_prefix(b": ")?;
    Some((name, HeaderValue::from_bytes(value).ok()?))
}
