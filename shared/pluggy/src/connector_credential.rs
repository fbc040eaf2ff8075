//! Values that the user must give.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::open_enum::open_enum;
use super::tolerant;

/// A value that the user must give: a credential of a connector, or the MFA prompt of an item.
///
/// It describes what to ask and never holds an answer.
#[serde_with::apply(
    Option => #[serde(default, deserialize_with = "tolerant::optional", skip_serializing_if = "Option::is_none")],
)]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorCredential {
    /// Key under which the value is sent.
    pub name: String,
    /// Text to show beside the field.
    pub label: Option<String>,
    /// Kind of field.
    #[serde(rename = "type")]
    pub kind: Option<CredentialType>,
    /// Whether it is a second factor, asked for at each execution.
    pub mfa: Option<bool>,
    /// Whether it can be left empty.
    pub optional: Option<bool>,
    /// Base64 image that the user must read.
    pub data: Option<String>,
    /// Choices of a `select`.
    pub options: Option<Vec<CredentialOption>>,
    /// Help for the user.
    pub assistive_text: Option<String>,
    /// Example to show in the empty field.
    pub placeholder: Option<String>,
    /// Regular expression that a value must match.
    pub validation: Option<String>,
    /// What to tell the user where it does not, in the institution's language.
    pub validation_message: Option<String>,
    /// Longer instructions.
    pub instructions: Option<String>,
    /// Until when the value is accepted.
    pub expires_at: Option<Timestamp>,
}

/// One choice of a `select` field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialOption {
    /// What is sent.
    pub value: String,
    /// What is shown.
    pub label: String,
}

open_enum! {
    /// Kind of a field that the user fills in.
    pub enum CredentialType {
        /// Free text.
        Text = "text",
        /// Hidden text.
        Password = "password",
        /// Digits.
        Number = "number",
        /// An image to read.
        Image = "image",
        /// One of several options.
        Select = "select",
        /// An Ethereum address.
        EthereumAddress = "ethaddress",
        /// An hCaptcha to solve.
        Hcaptcha = "hcaptcha",
    }
}
