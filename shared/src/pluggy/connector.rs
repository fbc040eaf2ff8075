//! Connectors: the institutions that a user can connect to.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::open_enum::open_enum;

/// An institution. Source: <https://docs.pluggy.ai/reference/connectors-retrieve>.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Connector {
    /// Pluggy's id of the connector; sandbox connectors have low ones.
    pub id: i64,
    /// Name to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Address of the institution's logo.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// Brand color, hexadecimal without `#`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary_color: Option<String>,
    /// Kind of institution, such as `PERSONAL_BANK`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// ISO 3166-1 alpha-2 code of its country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Whether each execution asks for a second factor.
    #[serde(rename = "hasMFA", skip_serializing_if = "Option::is_none")]
    pub has_mfa: Option<bool>,
    /// Whether it belongs to Open Finance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_open_finance: Option<bool>,
    /// Whether it is one of Pluggy's test institutions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_sandbox: Option<bool>,
    /// How well connections work at the moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health: Option<ConnectorHealth>,
}

/// How well connections to an institution work at the moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectorHealth {
    /// The state.
    pub status: HealthStatus,
    /// `BETA`, or nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
}

open_enum! {
    /// State of a connector.
    pub enum HealthStatus {
        /// Works.
        Online = "ONLINE",
        /// Works at times.
        Unstable = "UNSTABLE",
        /// Does not work; Pluggy refuses new connections.
        Offline = "OFFLINE",
    }
}

/// A value that the user must give: a credential of a connector, or the MFA prompt of an item.
///
/// It describes what to ask and never holds an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorCredential {
    /// Key under which the value is sent.
    pub name: String,
    /// Text to show beside the field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Kind of field.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<CredentialType>,
    /// Base64 image that the user must read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// Choices of a `select`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub options: Option<Vec<CredentialOption>>,
    /// Help for the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assistive_text: Option<String>,
    /// Longer instructions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
    /// Until when the value is accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
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
    }
}
