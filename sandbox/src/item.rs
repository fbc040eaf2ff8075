use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::clock::Moment;
use crate::connector::{Connector, Credential};
use crate::failure::Failure;
use crate::item_options::ItemOptions;
use crate::product::{self, DETAILS};
use crate::step::{Action, Collected};

/// A connection as `GET /items/{id}` shows it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Item {
    pub(crate) id: Uuid,
    pub(crate) connector: Connector,
    pub(crate) created_at: Moment,
    pub(crate) updated_at: Moment,
    pub(crate) last_updated_at: Option<Moment>,
    pub(crate) status: Status,
    pub(crate) execution_status: &'static str,
    pub(crate) error: Option<ItemError>,
    pub(crate) parameter: Option<Credential>,
    pub(crate) user_action: Option<UserAction>,
    pub(crate) webhook_url: Option<String>,
    pub(crate) client_user_id: Option<String>,
    pub(crate) oauth_redirect_uri: Option<String>,
    pub(crate) consecutive_failed_login_attempts: u32,
    pub(crate) next_auto_sync_at: Option<Moment>,
    pub(crate) consent_expires_at: Option<Moment>,
    pub(crate) resources_collected_at: Option<Moment>,
    pub(crate) has_resources_pending_authorization: Option<bool>,
    pub(crate) products: Vec<&'static str>,
    pub(crate) status_detail: Option<StatusDetail>,
}

impl Item {
    /// Returns a new item.
    pub(crate) fn new(connector: Connector, options: ItemOptions, now: Moment) -> Self {
        let products = match options.products {
            Some(wanted) => connector.products_among(&wanted),
            None => connector.products.clone(),
        };
        Self {
            id: Uuid::new_v4(),
            connector,
            created_at: now,
            updated_at: now,
            last_updated_at: None,
            status: Status::Updating,
            execution_status: "CREATED",
            error: None,
            parameter: None,
            user_action: None,
            webhook_url: options.webhook_url,
            client_user_id: options.client_user_id,
            oauth_redirect_uri: options.oauth_redirect_uri,
            consecutive_failed_login_attempts: 0,
            next_auto_sync_at: None,
            consent_expires_at: None,
            resources_collected_at: None,
            has_resources_pending_authorization: None,
            products,
            status_detail: None,
        }
    }
}

/// The coarse status of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Status {
    Updating,
    WaitingUserInput,
    WaitingUserAction,
    Merging,
    Updated,
    Outdated,
    LoginError,
}

impl Status {
    /// Returns whether an execution is running, including one that waits for the user.
    pub(crate) fn is_running(self) -> bool {
        match self {
            Self::Updating | Self::WaitingUserInput | Self::WaitingUserAction | Self::Merging => {
                true
            }
            Self::Updated | Self::Outdated | Self::LoginError => false,
        }
    }
}

/// The reason why the last execution failed.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ItemError {
    code: &'static str,
    message: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_message: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attributes: Option<Value>,
}

impl From<Failure> for ItemError {
    fn from(failure: Failure) -> Self {
        let is_pending = failure == Failure::USER_AUTHORIZATION_PENDING;
        Self {
            code: failure.code,
            message: failure.message,
            provider_message: failure.provider_message,
            // Pluggy does not document the names of these attributes. These are invented.
            attributes: is_pending
                .then(|| json!({ "deviceName": "PLUGGY-SANDBOX", "deviceCode": "0000" })),
        }
    }
}

/// The action that the user must take at the bank.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserAction {
    #[serde(rename = "type")]
    kind: &'static str,
    instructions: &'static str,
    attributes: Value,
    expires_at: Moment,
}

impl UserAction {
    pub(crate) fn new(action: Action, expires_at: Moment) -> Self {
        let (kind, instructions, attributes) = match action {
            Action::ScanQr => (
                "qr",
                "Scan the QR code with the bank's app",
                json!({ "qrCode": "pluggy-sandbox" }),
            ),
        };
        Self {
            kind,
            instructions,
            attributes,
            expires_at,
        }
    }
}

/// The collection result of each product; null for one that was not requested.
pub(crate) type StatusDetail = BTreeMap<&'static str, Option<ProductStatus>>;

/// The collection result of one product.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProductStatus {
    is_updated: bool,
    last_updated_at: Option<Moment>,
    warnings: Vec<Warning>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Warning {
    code: &'static str,
    message: &'static str,
    provider_message: &'static str,
}

/// Returns the status detail. It is present only if a product is missing or has a remark.
pub(crate) fn status_detail(
    collected: Collected,
    products: &[&str],
    now: Moment,
) -> Option<StatusDetail> {
    if matches!(collected, Collected::All { .. }) {
        return None;
    }

    let mut detail: StatusDetail = DETAILS.iter().map(|key| (*key, None)).collect();
    for product in product::named(products) {
        let is_concerned = product.detail == "accounts";
        let is_updated = !(is_concerned && collected == Collected::Part);
        detail.insert(
            product.detail,
            Some(ProductStatus {
                is_updated,
                last_updated_at: is_updated.then_some(now),
                warnings: if is_concerned {
                    vec![WARNING]
                } else {
                    Vec::new()
                },
            }),
        );
    }
    Some(detail)
}

const WARNING: Warning = Warning {
    code: "001",
    message: "The user has no permission to see some of the accounts",
    provider_message: "Conta sem permissão de acesso.",
};
