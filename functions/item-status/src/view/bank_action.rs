//! Details of an action that the user must take at the bank.

use std::collections::BTreeMap;

use pluggy::{CredentialType, Item, UserActionType};
use serde::Serialize;
use serde_json::Value;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BankActionView<'a> {
    #[serde(rename = "type")]
    kind: Option<&'a str>,
    instructions: Option<&'a str>,
    provider_message: Option<&'a str>,
    /// For example the name of the device to authorize. The bank defines the keys.
    attributes: BTreeMap<&'a str, String>,
}

impl<'a> BankActionView<'a> {
    pub(super) fn new(item: &'a Item) -> Self {
        let action = item.user_action.as_ref();
        let error = item.error.as_ref();
        let attributes = error
            .and_then(|error| error.attributes.as_ref())
            .into_iter()
            .chain(action.and_then(|action| action.attributes.as_ref()));
        Self {
            kind: action
                .and_then(|action| action.kind.as_ref())
                .map(UserActionType::as_str),
            instructions: action.and_then(|action| action.instructions.as_deref()),
            provider_message: error.and_then(|error| error.provider_message.as_deref()),
            attributes: attributes
                .flatten()
                .filter_map(|(name, value)| Some((name.as_str(), text(value)?)))
                .collect(),
        }
    }

    /// Whether it has a text of the bank, such as instructions or the name of a device.
    pub(super) fn has_text(&self) -> bool {
        self.instructions.is_some()
            || self.provider_message.is_some()
            || !self.attributes.is_empty()
    }

    /// Creates the view of an Open Finance login, which Pluggy describes like an MFA prompt.
    pub(super) fn of_login(item: &'a Item) -> Self {
        let parameter = item.parameter.as_ref();
        Self {
            kind: parameter
                .and_then(|parameter| parameter.kind.as_ref())
                .map(CredentialType::as_str),
            instructions: parameter.and_then(|parameter| parameter.instructions.as_deref()),
            provider_message: None,
            attributes: BTreeMap::new(),
        }
    }
}

/// Returns the value as text. Pluggy documents texts; numbers are converted, other values are left out.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
