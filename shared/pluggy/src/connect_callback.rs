//! Callbacks of the Connect widget, so that a backend can receive what a frontend relays.
//!
//! Use them for the user's experience only. Callbacks come from a browser: late, twice or never. State comes
//! from webhooks. Every field may be absent.

use serde::{Deserialize, Serialize};

use super::open_enum::open_enum;
use super::{Connector, Item, tolerant};

/// Argument of `onSuccess`. Source: <https://docs.pluggy.ai/docs/environments-and-configurations>.
#[serde_with::apply(
    Option => #[serde(default, deserialize_with = "tolerant::optional", skip_serializing_if = "Option::is_none")],
)]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConnectSuccess {
    /// The item that was created or updated. The React Native package may leave it out.
    pub item: Option<Item>,
}

/// Argument of `onError`. The widget also calls it for `USER_AUTHORIZATION_PENDING`, which is not a failure.
#[serde_with::apply(
    Option => #[serde(default, deserialize_with = "tolerant::optional", skip_serializing_if = "Option::is_none")],
)]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConnectError {
    /// Error message.
    pub message: Option<String>,
    /// The item, if there is one yet. Absent when the widget itself could not be loaded.
    pub data: Option<ConnectSuccess>,
}

/// Argument of `onEvent` since version 2.0 of the widget: one object.
///
/// ```
/// use pluggy::{ConnectEvent, ConnectEventKind};
///
/// let event: ConnectEvent = pluggy::parse(
///     br#"{"event":"SELECTED_INSTITUTION","timestamp":1795435200000,"connector":{"id":201}}"#,
/// )?;
/// assert_eq!(event.kind, ConnectEventKind::SelectedInstitution);
/// assert_eq!(event.connector.unwrap().id, 201);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[serde_with::apply(
    Option => #[serde(default, deserialize_with = "tolerant::optional", skip_serializing_if = "Option::is_none")],
)]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConnectEvent {
    /// Name of the event. An absent one is unknown.
    #[serde(
        rename = "event",
        default,
        deserialize_with = "tolerant::or_default",
        skip_serializing_if = "ConnectEventKind::is_absent"
    )]
    pub kind: ConnectEventKind,
    /// Time of the event, in milliseconds of the browser's clock since 1970.
    pub timestamp: Option<serde_json::Number>,
    /// The selected institution, on `SELECTED_INSTITUTION`; null when the user undid the selection.
    pub connector: Option<Connector>,
    /// The item of the current connection, on `LOGIN_*` and `ITEM_RESPONSE`.
    pub item: Option<Item>,
}

/// The two arguments of `onEvent` up to version 1: name and metadata.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LegacyConnectEvent(
    #[serde(default, deserialize_with = "tolerant::or_default")] pub ConnectEventKind,
    #[serde(default, deserialize_with = "tolerant::or_default")] pub ConnectEventMetadata,
);

/// Second argument of `onEvent` up to version 1.
#[serde_with::apply(
    Option => #[serde(default, deserialize_with = "tolerant::optional", skip_serializing_if = "Option::is_none")],
)]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ConnectEventMetadata {
    /// Time of the event, in milliseconds of the browser's clock since 1970.
    pub timestamp: Option<serde_json::Number>,
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
    /// Name of a widget event.
    pub enum ConnectEventKind {
        /// The user accepted the terms and the privacy consent.
        SubmittedConsent = "SUBMITTED_CONSENT",
        /// The user selected an institution.
        SelectedInstitution = "SELECTED_INSTITUTION",
        /// The user sent credentials.
        SubmittedLogin = "SUBMITTED_LOGIN",
        /// The user sent the value that the institution requested.
        SubmittedMfa = "SUBMITTED_MFA",
        /// The credentials were accepted.
        LoginSuccess = "LOGIN_SUCCESS",
        /// The value was accepted.
        LoginMfaSuccess = "LOGIN_MFA_SUCCESS",
        /// The user is logged in at the institution.
        LoginStepCompleted = "LOGIN_STEP_COMPLETED",
        /// The API returned the item.
        ItemResponse = "ITEM_RESPONSE",
    }
}
