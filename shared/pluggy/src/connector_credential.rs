//! Values that a user must give to connect.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::open_enum::open_enum;
use super::tolerant;

/// A value that the user must give: a credential of a connector, or the MFA prompt of an item.
///
/// It describes the prompt and never contains the user's value.
#[serde_with::apply(
    Option => #[serde(default, deserialize_with = "tolerant::optional", skip_serializing_if = "Option::is_none")],
)]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorCredential {
    /// Key under which the value is sent.
    pub name: Option<String>,
    /// Label of the field.
    pub label: Option<String>,
    /// Type of field.
    #[serde(rename = "type")]
    pub kind: Option<CredentialType>,
    /// Whether it is a second factor, requested at each execution.
    pub mfa: Option<bool>,
    /// Whether the user can leave it empty.
    pub optional: Option<bool>,
    /// Base64 image that the user must read. With the type `oauth`, the address of the bank's login page.
    pub data: Option<String>,
    /// Choices of a `select`.
    #[serde_with(skip_apply)]
    #[serde(
        default,
        deserialize_with = "tolerant::list",
        skip_serializing_if = "Option::is_none"
    )]
    pub options: Option<Vec<CredentialOption>>,
    /// Help for the user.
    pub assistive_text: Option<String>,
    /// Example for the empty field.
    pub placeholder: Option<String>,
    /// Regular expression for valid values.
    pub validation: Option<String>,
    /// Message to the user for an invalid value, in the institution's language.
    pub validation_message: Option<String>,
    /// Longer instructions.
    pub instructions: Option<String>,
    /// Until when the value is accepted.
    pub expires_at: Option<Timestamp>,
}

/// One choice of a `select` field. Without both of its texts it cannot be offered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialOption {
    /// The value to send.
    pub value: String,
    /// The text to show.
    pub label: String,
}

open_enum! {
    /// Type of an input field.
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
        /// A login on the bank's own page (Open Finance). Only real responses have it, not Pluggy's documents.
        Oauth = "oauth",
        /// An Ethereum address.
        EthereumAddress = "ethaddress",
        /// An hCaptcha to solve.
        Hcaptcha = "hcaptcha",
    }
}
