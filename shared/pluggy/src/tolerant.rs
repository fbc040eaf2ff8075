//! Deserialization of fields: a value of an unexpected shape counts as absent. Each field of a received type
//! uses one of these functions, except the few without which the value is useless, such as the id of an item.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::body_repair;

/// Deserializes a value of the expected shape, or nothing. For a list, use [`list`].
pub(crate) fn optional<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    Ok(of_value(Value::deserialize(deserializer)?))
}

fn of_value<T: DeserializeOwned>(value: Value) -> Option<T> {
    // Serde would accept a list of a struct's fields in their order.
    let value = Some(value).filter(|value| !value.is_array())?;
    serde_json::from_value(value).ok()
}

/// Like [`optional`], for a value that stands for an absent one: the default.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + Default,
{
    optional(deserializer).map(Option::unwrap_or_default)
}

/// Deserializes a string, a number in place of a string, or nothing. The sources differ on which ids are
/// numbers.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

/// Like [`optional`], for values with amounts of money. It avoids `Value`, which may round numbers. For JSON
/// bodies only.
pub(crate) fn exact<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let raw = Option::<Box<RawValue>>::deserialize(deserializer)?;
    let raw = raw.filter(|raw| !raw.get().starts_with('['));
    Ok(raw.and_then(|raw| body_repair::parse_any(raw.get().as_bytes()).ok()))
}

/// Deserializes the elements of a list, not yet parsed, or nothing if it is not a list. For JSON bodies only.
pub(crate) fn raw_list<'de, D>(deserializer: D) -> Result<Option<Vec<Box<RawValue>>>, D::Error>
where
    D: Deserializer<'de>,
{
    let raw = Option::<Box<RawValue>>::deserialize(deserializer)?;
    Ok(raw.and_then(|raw| serde_json::from_str(raw.get()).ok()))
}

/// Deserializes the elements of a list that have the expected shape, or nothing if it is not a list.
pub(crate) fn list<'de, D, T>(deserializer: D) -> Result<Option<Vec<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let Value::Array(values) = Value::deserialize(deserializer)? else {
        return Ok(None);
    };
    let elements = values.into_iter();
    Ok(Some(elements.filter_map(of_value).collect()))
}

/// Deserializes the entries of a map that have the expected shape, or nothing if it is not a map.
pub(crate) fn map<'de, D, T>(deserializer: D) -> Result<Option<BTreeMap<String, T>>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let Value::Object(fields) = Value::deserialize(deserializer)? else {
        return Ok(None);
    };
    let entries = fields.into_iter();
    Ok(Some(
        entries
            .filter_map(|(name, value)| Some((name, of_value(value)?)))
            .collect(),
    ))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    #[derive(Debug, Default, PartialEq, Eq, Deserialize)]
    struct Bank {
        name: Option<String>,
    }

    #[derive(Debug, PartialEq, Eq, Deserialize)]
    struct Body {
        #[serde(default, deserialize_with = "super::optional")]
        bank: Option<Bank>,
        #[serde(default, deserialize_with = "super::list")]
        banks: Option<Vec<Bank>>,
    }

    fn body(json: &str) -> Body {
        crate::parse(json.as_bytes()).unwrap()
    }

    fn caixa() -> Bank {
        Bank {
            name: Some("Caixa".to_owned()),
        }
    }

    #[test]
    fn a_list_in_place_of_an_object_is_absent() {
        assert_eq!(body(r#"{"bank":{"name":"Caixa"}}"#).bank, Some(caixa()));
        assert_eq!(body(r#"{"bank":["Caixa"]}"#).bank, None);
    }

    #[test]
    fn an_odd_element_leaves_the_others() {
        let odd = body(r#"{"banks":[7,{"name":"Caixa"},null,["Caixa"]]}"#);

        assert_eq!(odd.banks, Some(vec![caixa()]));
    }
}
