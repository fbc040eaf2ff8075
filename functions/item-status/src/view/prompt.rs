//! Prompts of the bank for the user. The widget sends the value to Pluggy directly; it never passes through
//! this backend.

use pluggy::{ConnectorCredential, CredentialOption, CredentialType};
use serde::Serialize;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PromptView<'a> {
    label: Option<&'a str>,
    #[serde(rename = "type")]
    kind: Option<&'a str>,
    /// Base64, as Pluggy returns it.
    image: Option<&'a str>,
    options: Option<&'a [CredentialOption]>,
    assistive_text: Option<&'a str>,
    placeholder: Option<&'a str>,
    instructions: Option<&'a str>,
}

impl<'a> PromptView<'a> {
    pub(super) fn new(parameter: &'a ConnectorCredential) -> Self {
        Self {
            label: parameter.label.as_deref(),
            kind: parameter.kind.as_ref().map(CredentialType::as_str),
            image: parameter.data.as_deref(),
            options: parameter.options.as_deref(),
            assistive_text: parameter.assistive_text.as_deref(),
            placeholder: parameter.placeholder.as_deref(),
            instructions: parameter.instructions.as_deref(),
        }
    }
}
