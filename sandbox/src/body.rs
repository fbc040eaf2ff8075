use std::collections::BTreeMap;

use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde_json::Value;
use uuid::Uuid;

use crate::connector::Parameters;
use crate::error::Error;

/// Parses a JSON body, regardless of its content type.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(body).map_err(|_| Error::bad_request("Invalid request body"))
}

/// Parses a JSON body that may be omitted.
pub(crate) fn parse_optional<T: DeserializeOwned + Default>(body: &[u8]) -> Result<T, Error> {
    if body.is_empty() {
        Ok(T::default())
    } else {
        parse(body)
    }
}

/// Parses an id in a path or a body.
pub(crate) fn parse_id(id: &str) -> Result<Uuid, Error> {
    id.parse()
        .map_err(|_| Error::bad_request("The id is not a UUID"))
}

/// Parses the values that a user typed. Pluggy also accepts them encrypted with its public key, which only Pluggy can
/// decrypt.
pub(crate) fn parameters(value: &Value) -> Result<Parameters, Error> {
    let Value::Object(fields) = value else {
        return Err(Error::bad_request(
            "Encrypted parameters cannot be read here",
        ));
    };
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    Ok(fields
        .iter()
        .map(|(name, value)| (name.clone(), text(value)))
        .collect::<BTreeMap<_, _>>())
}

/// Distinguishes a field that is null from an absent one.
#[expect(
    clippy::option_option,
    reason = "the outer is presence, the inner is null"
)]
pub(crate) fn present<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Some)
}
