//! Options of the Connect widget.

use serde::{Deserialize, Serialize};

use super::ItemId;
use super::open_enum::open_enum;

/// The widget's serializable options, named as the widget names them; one that is not set is
/// absent.
///
/// `connectToken` is not among them, since it differs each time, nor is `openFinanceParameters`,
/// since a CPF or CNPJ never passes through this backend. Source: <https://docs.pluggy.ai/docs/environments-and-configurations>.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConnectOptions {
    /// Also lists sandbox connectors; not for production.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_sandbox: Option<bool>,
    /// Lets the user minimize the widget while the connection goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_connect_in_background: Option<bool>,
    /// Full screen on small screens; a modal if `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_fullscreen: Option<bool>,
    /// The item to update. Set from the request, never from settings.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub update_item: Option<ItemId>,
    /// The connector to begin with, in place of the list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selected_connector_id: Option<u32>,
    /// Lists only connectors of these types, such as `PERSONAL_BANK`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connector_types: Option<Vec<String>>,
    /// Lists only these connectors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connector_ids: Option<Vec<u32>>,
    /// Lists only connectors of these countries, ISO 3166-1 alpha-2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub countries: Option<Vec<String>>,
    /// Collects only these products, such as `ACCOUNTS`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub products: Option<Vec<String>>,
    /// Language of the widget, ISO 639-1: `pt`, `en` or `es`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Colors of the widget.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theme: Option<Theme>,
    /// Opens OAuth pages in the system's browser rather than in a webview.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub force_oauth_in_browser: Option<bool>,
    /// Asks for credentials in update mode, also where it could do without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub force_ask_for_credentials: Option<bool>,
    /// Lists connectors in alphabetical order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connector_sort_alphabetically: Option<bool>,
    /// A wider modal on desktops, for clients whom Pluggy has allowed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wide_desktop_modal: Option<bool>,
}

open_enum! {
    /// Colors of the widget.
    pub enum Theme {
        /// Dark on light.
        Light = "light",
        /// Light on dark.
        Dark = "dark",
    }
}
