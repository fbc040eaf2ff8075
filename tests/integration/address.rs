//! Request addresses as an attacker may write them.

use serde_json::Value;
use tests::sample;

/// Texts that are not valid in a URI.
const HOSTILE: [&str; 9] = [
    "q=<script>",
    "a b",
    "\"",
    "\\",
    "#",
    "%",
    "é",
    "\u{0}",
    "]:[",
];

/// Returns the event with invalid addresses: each part that the event takes from the request is such a text in turn.
pub(crate) fn hostile(event: &Value) -> Vec<Value> {
    HOSTILE
        .into_iter()
        .flat_map(|text| {
            let mut query = event.clone();
            query["rawQueryString"] = text.into();
            let mut path = event.clone();
            path["rawPath"] = format!("/{text}").into();
            path["requestContext"]["http"]["path"] = format!("/{text}").into();
            let mut domain = event.clone();
            domain["requestContext"]["domainName"] = text.into();
            [Some(query), Some(path), Some(domain)]
                .into_iter()
                .chain(["host", "x-forwarded-proto"].map(|name| with_header(event, name, text)))
        })
        .flatten()
        .collect()
}

/// Sets a header, if the text is a valid header value. An event with control characters in a header would not arrive.
fn with_header(event: &Value, name: &str, text: &str) -> Option<Value> {
    let mut event = event.clone();
    event["headers"][name] = text.into();
    (!text.contains('\u{0}')).then_some(event)
}

/// Fails once `runtime::request_sanitizer` is no longer necessary.
#[test]
fn lambda_http_still_panics_over_an_address_that_is_no_uri() {
    let event = sample::json("webhook/no-secret.json");
    let mut query = event.clone();
    query["rawQueryString"] = "q=<script>".into();
    let mut scheme = event;
    scheme["headers"]["x-forwarded-proto"] = "a b".into();

    for event in [query, scheme] {
        let event = event.to_string();
        let request = std::panic::catch_unwind(|| lambda_http::request::from_str(&event));

        assert!(request.is_err(), "{event}");
    }
}
