//! Options of the Connect widget.

use serde::{Deserialize, Serialize};

use super::open_enum::open_enum;
use super::{ConnectorId, ConnectorType, CountryCode, ItemId, ProductType};

/// The widget's serializable options, named as the widget names them. An unset option is absent.
///
/// `connectToken` is left out because it differs each time. `openFinanceParameters` is left out because a CPF
/// or CNPJ never passes through this backend. Source: <https://docs.pluggy.ai/docs/environments-and-configurations>.
///
/// ```
/// use pluggy::{ConnectOptions, ProductType};
///
/// let options = ConnectOptions {
///     products: Some(vec![ProductType::Accounts]),
///     ..ConnectOptions::default()
/// };
/// assert_eq!(serde_json::to_string(&options)?, r#"{"products":["ACCOUNTS"]}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConnectOptions {
    /// Also lists sandbox connectors; not for production.
    pub include_sandbox: Option<bool>,
    /// Lets the user minimize the widget while the connection continues.
    pub allow_connect_in_background: Option<bool>,
    /// Full screen on small screens; a modal if `false`.
    pub allow_fullscreen: Option<bool>,
    /// The item to update. Set from the request, never from settings.
    #[serde(skip_deserializing)]
    pub update_item: Option<ItemId>,
    /// The connector to open, instead of the list.
    pub selected_connector_id: Option<ConnectorId>,
    /// Lists only connectors of these types.
    pub connector_types: Option<Vec<ConnectorType>>,
    /// Lists only these connectors.
    pub connector_ids: Option<Vec<ConnectorId>>,
    /// Lists only connectors of these countries.
    pub countries: Option<Vec<CountryCode>>,
    /// Collects only these products.
    pub products: Option<Vec<ProductType>>,
    /// Language of the widget.
    pub language: Option<WidgetLanguage>,
    /// Colors of the widget.
    pub theme: Option<Theme>,
    /// Opens OAuth pages in the system's browser rather than in a webview.
    pub force_oauth_in_browser: Option<bool>,
    /// Asks for credentials in update mode, even when the stored ones would do.
    pub force_ask_for_credentials: Option<bool>,
    /// Lists connectors in alphabetical order.
    pub connector_sort_alphabetically: Option<bool>,
    /// Data for the product `MOVE_SECURITY`: JSON, as text.
    pub move_security_data: Option<String>,
    /// Uses a wider modal on desktops, for clients that Pluggy has allowed it.
    pub wide_desktop_modal: Option<bool>,
    /// URL from which the widget is loaded, instead of Pluggy's. It receives the connect token.
    pub url: Option<String>,
}

open_enum! {
    /// Colors of the widget.
    pub enum Theme {
        /// Dark text on a light background.
        Light = "light",
        /// Light text on a dark background.
        Dark = "dark",
    }
}

open_enum! {
    /// Language of the widget, ISO 639-1. The widget falls back to another language if it does not support
    /// this one.
    pub enum WidgetLanguage {
        /// Portuguese.
        Portuguese = "pt",
        /// English.
        English = "en",
        /// Spanish.
        Spanish = "es",
    }
}
