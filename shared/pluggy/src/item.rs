//! Items: one user's connection to one institution.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::open_enum::open_enum;
use super::{
    Connector, ConnectorCredential, ExecutionStatus, ItemId, ItemStatus, ProductType, tolerant,
};

/// An item as `GET /items/{id}` returns it. Only `id` is required. Any other field of an unexpected shape
/// counts as absent.
///
/// ```
/// use pluggy::{Item, ItemStatus};
///
/// let item: Item = pluggy::parse(
///     br#"{"id":"9a7b6c5d-0000-4000-8000-000000000001","status":"UPDATED","executionStatus":"SUCCESS"}"#,
/// )?;
/// assert_eq!(item.status, ItemStatus::Updated);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Source: <https://docs.pluggy.ai/reference/items-retrieve>.
#[serde_with::apply(
    Option => #[serde(default, deserialize_with = "tolerant::optional", skip_serializing_if = "Option::is_none")],
)]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    /// The item.
    pub id: ItemId,
    /// The institution, embedded.
    pub connector: Option<Connector>,
    /// State of the item. An absent one is unknown.
    #[serde(
        default,
        deserialize_with = "tolerant::or_default",
        skip_serializing_if = "ItemStatus::is_absent"
    )]
    pub status: ItemStatus,
    /// State of its current or last execution. An absent one is unknown.
    #[serde(
        default,
        deserialize_with = "tolerant::or_default",
        skip_serializing_if = "ExecutionStatus::is_absent"
    )]
    pub execution_status: ExecutionStatus,
    /// The error of the last execution, if it failed.
    pub error: Option<ItemError>,
    /// The prompt that the user must answer now.
    pub parameter: Option<ConnectorCredential>,
    /// What the user must do at the bank now.
    pub user_action: Option<UserAction>,
    /// URL that receives this item's events, in addition to the application's webhooks.
    pub webhook_url: Option<String>,
    /// The integrator's id of the end user, as text: a response may contain an id that
    /// [`crate::ClientUserId`] rejects.
    pub client_user_id: Option<String>,
    /// Redirect target after an OAuth or Open Finance flow.
    pub oauth_redirect_uri: Option<String>,
    /// When the item was created.
    pub created_at: Option<Timestamp>,
    /// When the record last changed.
    pub updated_at: Option<Timestamp>,
    /// When Pluggy last collected from the institution.
    pub last_updated_at: Option<Timestamp>,
    /// State of each product, when the execution ended partly or with warnings.
    #[serde_with(skip_apply)]
    #[serde(
        default,
        deserialize_with = "tolerant::map",
        skip_serializing_if = "Option::is_none"
    )]
    pub status_detail: Option<StatusDetail>,
    /// Number of executions in a row that ended in `LOGIN_ERROR`.
    pub consecutive_failed_login_attempts: Option<u32>,
    /// When Pluggy next collects from the institution by itself; none if auto-sync is off for this item.
    pub next_auto_sync_at: Option<Timestamp>,
    /// When the Open Finance consent ends; none if it has no known end.
    pub consent_expires_at: Option<Timestamp>,
    /// When the bank's list of resources was last collected (Open Finance); none if never.
    pub resources_collected_at: Option<Timestamp>,
    /// Whether another holder must still approve a resource at the bank (Open Finance).
    pub has_resources_pending_authorization: Option<bool>,
    /// Products of the item.
    #[serde_with(skip_apply)]
    #[serde(
        default,
        deserialize_with = "tolerant::list",
        skip_serializing_if = "Option::is_none"
    )]
    pub products: Option<Vec<ProductType>>,
}

impl Item {
    /// Creates an item with only its id, for a response without a usable body.
    pub fn new(id: ItemId) -> Self {
        Self {
            id,
            connector: None,
            status: ItemStatus::default(),
            execution_status: ExecutionStatus::default(),
            error: None,
            parameter: None,
            user_action: None,
            webhook_url: None,
            client_user_id: None,
            oauth_redirect_uri: None,
            created_at: None,
            updated_at: None,
            last_updated_at: None,
            status_detail: None,
            consecutive_failed_login_attempts: None,
            next_auto_sync_at: None,
            consent_expires_at: None,
            resources_collected_at: None,
            has_resources_pending_authorization: None,
            products: None,
        }
    }
}

/// Error of an execution.
#[serde_with::apply(
    Option => #[serde(default, deserialize_with = "tolerant::optional", skip_serializing_if = "Option::is_none")],
)]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemError {
    /// Code from the vocabulary of the execution status, usually equal to it.
    pub code: Option<ExecutionStatus>,
    /// For developers, in English.
    pub message: Option<String>,
    /// The bank's own text for the user, in Portuguese.
    pub provider_message: Option<String>,
    /// Data for authorizing a device. The keys are not documented.
    pub attributes: Option<serde_json::Map<String, serde_json::Value>>,
}

/// Action that the user must take at the bank.
#[serde_with::apply(
    Option => #[serde(default, deserialize_with = "tolerant::optional", skip_serializing_if = "Option::is_none")],
)]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserAction {
    /// Text for the user.
    pub instructions: Option<String>,
    /// Type of action.
    #[serde(rename = "type")]
    pub kind: Option<UserActionType>,
    /// Data of the action, such as the content of a QR code.
    pub attributes: Option<serde_json::Map<String, serde_json::Value>>,
    /// Until when it can be done.
    pub expires_at: Option<Timestamp>,
}

open_enum! {
    /// Type of an action at the bank.
    pub enum UserActionType {
        /// Scan a QR code.
        Qr = "qr",
        /// Authorize the access, for example in the bank's app.
        AuthorizeAccess = "authorize-access",
    }
}

/// State of each product, by the product's key (`accounts`, `creditCards`, …). A product that was not
/// requested is null. The map is open, because the sources spell some keys in two ways.
pub type StatusDetail = BTreeMap<String, Option<ProductStatus>>;

/// State of one product.
#[serde_with::apply(
    Option => #[serde(default, deserialize_with = "tolerant::optional", skip_serializing_if = "Option::is_none")],
)]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProductStatus {
    /// Whether the last execution collected it. It is not promised, though always present.
    pub is_updated: Option<bool>,
    /// When it was last collected; none if never.
    pub last_updated_at: Option<Timestamp>,
    /// Problems and remarks.
    #[serde_with(skip_apply)]
    #[serde(
        default,
        deserialize_with = "tolerant::list",
        skip_serializing_if = "Option::is_none"
    )]
    pub warnings: Option<Vec<Warning>>,
}

/// A remark on one product.
#[serde_with::apply(
    Option => #[serde(default, deserialize_with = "tolerant::optional", skip_serializing_if = "Option::is_none")],
)]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Warning {
    /// Machine code, such as `001`.
    pub code: Option<String>,
    /// For developers, in English.
    pub message: Option<String>,
    /// The bank's own text for the user, in Portuguese.
    pub provider_message: Option<String>,
}
