//! Odd values in bodies: what Pluggy was seen to send and no documentation has.

use axum::body::{Body, to_bytes};
use axum::http::Response;
use axum::http::header::CONTENT_LENGTH;
use serde_json::Value;

/// Stands for half of a character in a text, which no Rust string can hold. Banks' texts may be cut there.
pub(crate) const HALF: &str = "\u{e000}";
/// Half of a character as Node writes it.
const HALF_IN_JSON: &str = r"\ud83d";
/// Stands for the odd value until the body is text.
const MARKER: &str = "\u{e001}";

/// Returns a JSON body with half of a character in place of each [`HALF`].
pub(crate) fn with_halves(json: Vec<u8>) -> Vec<u8> {
    match String::from_utf8(json) {
        Ok(text) if text.contains(HALF) => text.replace(HALF, HALF_IN_JSON).into_bytes(),
        Ok(text) => text.into_bytes(),
        Err(error) => error.into_bytes(),
    }
}

/// Returns a response whose body is changed by `change`.
pub(crate) async fn with_body(
    response: Response<Body>,
    change: impl FnOnce(Vec<u8>) -> Vec<u8>,
) -> Response<Body> {
    let (mut parts, body) = response.into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    // A body of ours is in memory already.
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    Response::from_parts(parts, Body::from(change(body.into())))
}

/// Returns a JSON body with this value at a JSON pointer, or without the field if there is no value.
pub(crate) fn with_value(body: Vec<u8>, pointer: &str, json: Option<&str>) -> Vec<u8> {
    let Some((parent, field)) = pointer.rsplit_once('/') else {
        return json.unwrap_or_default().as_bytes().to_vec();
    };
    let Ok(mut value) = serde_json::from_slice::<Value>(&body) else {
        return body;
    };
    match value.pointer_mut(parent) {
        Some(Value::Object(fields)) => match json {
            Some(_) => {
                fields.insert(field.to_owned(), MARKER.into());
            }
            None => {
                fields.remove(field);
            }
        },
        Some(Value::Array(elements)) => {
            let element = field
                .parse()
                .ok()
                .and_then(|index: usize| elements.get_mut(index));
            if let Some(element) = element {
                *element = MARKER.into();
            }
        }
        _ => {}
    }
    let text = value.to_string();
    text.replace(&format!("\"{MARKER}\""), json.unwrap_or("null"))
        .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pointer: &str, json: Option<&str>, expected: &str) {
        let body = br#"{"a":{"b":1},"list":[{"c":2},3]}"#.to_vec();

        let odd = with_value(body, pointer, json);

        assert_eq!(String::from_utf8(odd).unwrap(), expected);
    }

    #[test]
    fn a_value_at_any_place_can_be_any_text() {
        check(
            "/a/b",
            Some(r#""\ud83d""#),
            r#"{"a":{"b":"\ud83d"},"list":[{"c":2},3]}"#,
        );
        check(
            "/a/new",
            Some("1e999"),
            r#"{"a":{"b":1,"new":1e999},"list":[{"c":2},3]}"#,
        );
        check("/list/0/c", None, r#"{"a":{"b":1},"list":[{},3]}"#);
        check(
            "/list/1",
            Some("null"),
            r#"{"a":{"b":1},"list":[{"c":2},null]}"#,
        );
        check("/list", None, r#"{"a":{"b":1}}"#);
        check("", Some("[]"), "[]");
        check("", None, "");
    }

    #[test]
    fn a_cut_text_ends_in_half_of_a_character() {
        let body = serde_json::to_vec(&format!("termos {HALF}")).unwrap();

        assert_eq!(with_halves(body), br#""termos \ud83d""#);
        assert_eq!(with_halves(b"\xff".to_vec()), b"\xff");
    }
}
