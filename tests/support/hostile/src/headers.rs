//! Any headers.

use lambda_http::http::{HeaderMap, HeaderName, HeaderValue};

use crate::receiver::{SECRET, SECRET_HEADER, post};

const BODY: &[u8] = br#"{"event":"item/updated","eventId":"1"}"#;
/// The second secret that is accepted.
const PREVIOUS_SECRET: &str = "abc";

/// A request is admitted if and only if it has the secret header once, with an accepted secret and
/// nothing else in it. `lines` are `name: value` each; what HTTP does not allow is left out.
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

    // Two headers of one name must stay two.
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
