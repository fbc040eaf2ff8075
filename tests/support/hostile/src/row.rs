//! What is expected of every row that the webhook puts.

use std::collections::HashMap;

use serde_dynamo::AttributeValue;
use store::{Body, Encoding};

/// A row as DynamoDB's stream delivers it.
pub(crate) type Row = HashMap<String, AttributeValue>;

/// What DynamoDB allows, and a bit less.
const MAX_KEY_BYTES: usize = 1_024;
/// DynamoDB's own limit.
const MAX_ROW_BYTES: usize = 400 * 1024;

/// The text of an attribute.
pub(crate) fn text<'a>(row: &'a Row, attribute: &str) -> Option<&'a str> {
    match row.get(attribute)? {
        AttributeValue::S(text) => Some(text),
        _ => None,
    }
}

/// The body that a row holds, as it was received, and whether it is the whole of it.
pub(crate) fn raw_body(row: &Row) -> (Vec<u8>, bool) {
    let Some(AttributeValue::B(bytes)) = row.get("body") else {
        return (Vec::new(), false);
    };
    let encoding = match text(row, "bodyEncoding") {
        Some("gzip") => Encoding::Gzip,
        _ => Encoding::Identity,
    };
    let raw = Body::raw(bytes.clone(), encoding).unwrap();
    (raw, !row.contains_key("truncated"))
}

/// Every row has keys that DynamoDB and whoever reads a log can take, and fits.
pub(crate) fn assert_is_sound(row: &Row) {
    for attribute in ["pk", "sk"] {
        let key = text(row, attribute).unwrap();
        assert!((1..=MAX_KEY_BYTES).contains(&key.len()), "{attribute}");
        assert!(
            key.bytes().all(|byte| (b' '..=b'~').contains(&byte)),
            "{attribute} {key:?}"
        );
    }
    let bytes: usize = row
        .iter()
        .map(|(name, value)| name.len() + size(value))
        .sum();
    assert!(bytes <= MAX_ROW_BYTES, "{bytes}");
}

fn size(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) | AttributeValue::N(text) => text.len(),
        AttributeValue::B(bytes) => bytes.len(),
        _ => 1,
    }
}
