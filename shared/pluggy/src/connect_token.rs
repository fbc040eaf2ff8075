//! `POST /connect_token`: the short-lived token with which the widget calls Pluggy for one user.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use super::{ClientUserId, ItemId, ProductType, auth};

/// Body of `POST /connect_token`.
///
/// ```
/// use pluggy::{ConnectTokenOptions, ConnectTokenRequest};
///
/// let options = ConnectTokenOptions {
///     client_user_id: Some("usr_01J9X".parse()?),
///     ..ConnectTokenOptions::default()
/// };
/// let body = serde_json::to_value(ConnectTokenRequest { item_id: None, options })?;
/// assert_eq!(body, serde_json::json!({"options": {"clientUserId": "usr_01J9X"}}));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Source: <https://docs.pluggy.ai/reference/connect-token-create>.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConnectTokenRequest {
    /// Limits the token to updating this item.
    pub item_id: Option<ItemId>,
    /// Options; Pluggy ignores them anywhere else in the body.
    pub options: ConnectTokenOptions,
}

/// Options of a connect token.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConnectTokenOptions {
    /// The end user, stored on the created item and repeated in its webhooks. Set from the caller, never from
    /// settings.
    #[serde(skip_deserializing)]
    pub client_user_id: Option<ClientUserId>,
    /// Redirect target after an OAuth or Open Finance flow: https, or a deep link of the app.
    pub oauth_redirect_uri: Option<String>,
    /// Refuses a second item with the same credentials.
    pub avoid_duplicates: Option<bool>,
    /// Products to collect, when the widget selects none.
    pub products: Option<Vec<ProductType>>,
}

/// Response of `POST /connect_token`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConnectTokenResponse {
    /// The token, valid for 30 minutes.
    pub access_token: ConnectToken,
}

/// Token for the widget, valid for 30 minutes. It belongs to the signed-in user. Only
/// [`ConnectToken::expose`] returns its text.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct ConnectToken(#[serde(deserialize_with = "auth::usable")] SecretString);

impl ConnectToken {
    /// Returns the token as text, for the response to its user.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for ConnectToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ConnectToken(…)")
    }
}
