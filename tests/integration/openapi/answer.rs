//! A response of the code against the description of its operation and status.

use lambda_http::{Body, Response};
use serde_json::Value;

use super::document::Document;

/// Asserts that the response matches its description: its status, headers, media type and body.
pub(crate) fn check_answer(method: &str, path: &str, answer: &Response<Body>) {
    let document = Document::read();
    let status = answer.status().as_u16();
    let what = format!("{method} {path}: {status}");
    let described = document
        .response(method, path, status)
        .unwrap_or_else(|| panic!("{what} is not described"));
    check_headers(document, described, answer, &what);
    check_body(document, described, answer, &what);
}

fn check_headers(document: &Document, described: &Value, answer: &Response<Body>, what: &str) {
    let headers = described["headers"].as_object();
    for name in answer.headers().keys() {
        let is_described = headers
            .into_iter()
            .flatten()
            .any(|(described, _)| described.eq_ignore_ascii_case(name.as_str()));
        assert!(
            is_described || name == "content-type",
            "{what}: {name} is not described"
        );
    }
    for (name, header) in headers.into_iter().flatten() {
        let header = document.resolve(header);
        match answer.headers().get(name) {
            Some(value) => {
                let value = typed(value.to_str().unwrap(), &header["schema"]);
                let validator = document.validator(&header["schema"]);
                assert!(validator.is_valid(&value), "{what}: {name}: {value}");
            }
            None => assert_ne!(header["required"], true, "{what} lacks {name}"),
        }
    }
}

/// Returns a header's value in the described type. A header is a text, and a described number is written as one.
fn typed(text: &str, schema: &Value) -> Value {
    if schema["type"] == "integer" {
        return text.parse::<u64>().map_or(Value::Null, Value::from);
    }
    Value::from(text)
}

fn check_body(document: &Document, described: &Value, answer: &Response<Body>, what: &str) {
    let Some(content_type) = answer.headers().get("content-type") else {
        assert!(answer.body().is_empty(), "{what}: a body of no media type");
        assert!(
            described.get("content").is_none(),
            "{what}: no body, but one is described"
        );
        return;
    };
    let content = &described["content"][content_type.to_str().unwrap()];
    assert!(
        content.is_object(),
        "{what}: {content_type:?} is not described"
    );
    let body: Value = serde_json::from_slice(answer.body()).unwrap();
    let validator = document.validator(&content["schema"]);
    let errors: Vec<String> = validator
        .iter_errors(&body)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{what}: {errors:#?}\n{body:#}");
}
