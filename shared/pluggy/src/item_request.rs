//! Bodies of calls that change items.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret as _, SecretString};
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

use super::ProductType;

/// Body of `PATCH /items/{id}`, which starts an execution. An empty body uses the stored credentials again.
/// Source: <https://docs.pluggy.ai/reference/items-update>.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateItemRequest {
    /// The integrator's id of the end user.
    pub client_user_id: Option<String>,
    /// Products to collect.
    pub products: Option<Vec<ProductType>>,
    /// New credentials, by the field names of the connector.
    pub parameters: Option<Parameters>,
}

/// Values that a user gave, by field name. They are only written into a request's body.
#[derive(Clone, Debug, Default)]
pub struct Parameters(pub BTreeMap<String, SecretString>);

impl Serialize for Parameters {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value.expose_secret())?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_sent_and_not_shown() {
        let parameters = Parameters([("token".to_owned(), SecretString::from("123456"))].into());

        assert_eq!(
            serde_json::to_string(&parameters).unwrap(),
            r#"{"token":"123456"}"#
        );
        assert!(!format!("{parameters:?}").contains("123456"));
    }
}
