//! What the Connect widget tells the frontend, so that a backend can receive what a frontend relays.
//!
//! It serves the user's experience: callbacks come late, twice or never, and from a browser. State
//! comes from webhooks.

use serde::{Deserialize, Serialize};

use super::open_enum::open_enum;
use super::{Connector, Item};

/// Argument of `onSuccess`. Source: <https://docs.pluggy.ai/docs/environments-and-configurations>.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConnectSuccess {
    /// The item that was created or updated.
    pub item: Item,
}

/// Argument of `onError`. Also called for `USER_AUTHORIZATION_PENDING`, which is no failure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConnectError {
    /// What went wrong.
    pub message: String,
    /// The item, if there is one yet; absent when the widget itself could not be loaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<ConnectSuccess>,
}

/// Argument of `onEvent` since version 2.0 of the widget: one object.
///
/// ```
/// use pluggy::{ConnectEvent, ConnectEventKind};
///
/// let event: ConnectEvent = serde_json::from_str(
///     r#"{"event":"SELECTED_INSTITUTION","timestamp":1795435200000,"connector":{"id":201}}"#,
/// )?;
/// assert_eq!(event.kind, ConnectEventKind::SelectedInstitution);
/// assert_eq!(event.connector.unwrap().id, 201);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConnectEvent {
    /// What the user did, or what came of it.
    #[serde(rename = "event")]
    pub kind: ConnectEventKind,
    /// When, in milliseconds of the browser's clock since 1970.
    pub timestamp: serde_json::Number,
    /// The chosen institution, on `SELECTED_INSTITUTION`; null when the choice was undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connector: Option<Connector>,
    /// The item of the current connection, on `LOGIN_*` and `ITEM_RESPONSE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<Item>,
}

/// The two arguments of `onEvent` up to version 1: the name, and its metadata.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LegacyConnectEvent(pub ConnectEventKind, pub ConnectEventMetadata);

/// Second argument of `onEvent` up to version 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConnectEventMetadata {
    /// When, in milliseconds of the browser's clock since 1970.
    pub timestamp: serde_json::Number,
}

impl From<LegacyConnectEvent> for ConnectEvent {
    fn from(LegacyConnectEvent(kind, metadata): LegacyConnectEvent) -> Self {
        Self {
            kind,
            timestamp: metadata.timestamp,
            connector: None,
            item: None,
        }
    }
}

open_enum! {
    /// Name of an event of the widget.
    pub enum ConnectEventKind {
        /// The user accepted the terms and the privacy consent.
        SubmittedConsent = "SUBMITTED_CONSENT",
        /// The user chose an institution.
        SelectedInstitution = "SELECTED_INSTITUTION",
        /// The user sent credentials.
        SubmittedLogin = "SUBMITTED_LOGIN",
        /// The user sent the value that the institution asked for.
        SubmittedMfa = "SUBMITTED_MFA",
        /// The credentials were accepted.
        LoginSuccess = "LOGIN_SUCCESS",
        /// The value was accepted.
        LoginMfaSuccess = "LOGIN_MFA_SUCCESS",
        /// The user is logged in at the institution.
        LoginStepCompleted = "LOGIN_STEP_COMPLETED",
        /// The item came back from the API.
        ItemResponse = "ITEM_RESPONSE",
    }
}
