//! Deserialization of fields whose type differs between Pluggy's own sources.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// Deserializes a string, a number in place of a string, or nothing. Anything else counts as nothing. The
/// value is not lost, because the raw body is kept.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

/// Deserializes a value of the expected shape, or nothing.
pub(crate) fn optional<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: serde::de::DeserializeOwned,
{
    Ok(serde_json::from_value(Value::deserialize(deserializer)?).ok())
}

/// Like [`optional`], for values with amounts of money. It avoids `Value`, which may round numbers. For JSON
/// bodies only.
pub(crate) fn exact<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: serde::de::DeserializeOwned,
{
    let raw = Option::<Box<RawValue>>::deserialize(deserializer)?;
    Ok(raw.and_then(|raw| serde_json::from_str(raw.get()).ok()))
}

/// Deserializes the elements of a list that have the expected shape, or nothing if it is not a list.
pub(crate) fn list<'de, D, T>(deserializer: D) -> Result<Option<Vec<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: serde::de::DeserializeOwned,
{
    let Value::Array(values) = Value::deserialize(deserializer)? else {
        return Ok(None);
    };
    let elements = values.into_iter();
    Ok(Some(
        elements
            .filter_map(|value| serde_json::from_value(value).ok())
            .collect(),
    ))
}

/// Deserializes the entries of a map that have the expected shape, or nothing if it is not a map.
pub(crate) fn map<'de, D, T>(deserializer: D) -> Result<Option<BTreeMap<String, T>>, D::Error>
where
    D: Deserializer<'de>,
    T: serde::de::DeserializeOwned,
{
    let Value::Object(fields) = Value::deserialize(deserializer)? else {
        return Ok(None);
    };
    let entries = fields.into_iter();
    Ok(Some(
        entries
            .filter_map(|(name, value)| Some((name, serde_json::from_value(value).ok()?)))
            .collect(),
    ))
}
