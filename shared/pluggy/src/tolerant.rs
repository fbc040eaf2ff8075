//! Decoding of fields whose type differs between Pluggy's own sources.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// A string, a number given where a string is usual, or nothing. Anything else counts as nothing:
/// the raw body is kept beside the typed view, so the value is not lost.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

/// A value of the expected shape, or nothing.
pub(crate) fn optional<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: serde::de::DeserializeOwned,
{
    Ok(serde_json::from_value(Value::deserialize(deserializer)?).ok())
}

/// The same for what holds amounts of money: it does not go by way of a `Value`, whose numbers may be
/// rounded. For bodies in JSON only.
pub(crate) fn exact<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: serde::de::DeserializeOwned,
{
    let raw = Option::<Box<RawValue>>::deserialize(deserializer)?;
    Ok(raw.and_then(|raw| serde_json::from_str(raw.get()).ok()))
}

/// The elements of a list that have the expected shape, or nothing if it is no list.
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

/// The entries of a map that have the expected shape, or nothing if it is no map.
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
