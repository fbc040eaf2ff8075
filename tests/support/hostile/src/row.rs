//! Expectations for every row that the webhook stores.

use std::collections::HashMap;

use serde_dynamo::AttributeValue;
use store::{EncodedBody, Encoding};

/// A row as DynamoDB's stream delivers it.
pub(crate) type Row = HashMap<String, AttributeValue>;

/// A little less than DynamoDB's limit for keys.
const MAX_KEY_BYTES: usize = 1_024;
/// DynamoDB's limit for rows.
const MAX_ROW_BYTES: usize = 400 * 1024;

/// Returns the text of an attribute.
pub(crate) fn text<'a>(row: &'a Row, attribute: &str) -> Option<&'a str> {
    match row.get(attribute)? {
        AttributeValue::S(text) => Some(text),
        _ => None,
    }
}

/// Returns the body in a row as it was received, and whether it is complete.
pub(crate) fn raw_body(row: &Row) -> (Vec<u8>, bool) {
    let Some(AttributeValue::B(bytes)) = row.get("body") else {
        return (Vec::new(), false);
    };
    let encoding = match text(row, "bodyEncoding") {
        Some("gzip") => Encoding::Gzip,
        _ => Encoding::Identity,
    };
    let body = EncodedBody {
        bytes: bytes.clone(),
        encoding,
    };
    (
        body.decode().unwrap().into_owned(),
        !row.contains_key("truncated"),
    )
}

/// Checks that a row's keys are valid in DynamoDB and safe in a log, and that the row fits.
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
