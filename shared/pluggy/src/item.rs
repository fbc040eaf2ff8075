//! Items: one user's connection to one institution.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::open_enum::open_enum;
use super::{
    Connector, ConnectorCredential, ExecutionStatus, ItemId, ItemStatus, ProductType, tolerant,
};

/// An item as `GET /items/{id}` gives it. Only `id`, `status` and `executionStatus` are promised, so
/// every other field of an unexpected shape counts as absent: the state must be known whatever
/// stands beside it.
///
/// ```
/// use pluggy::{Item, ItemStatus};
///
/// let item: Item = serde_json::from_str(
///     r#"{"id":"9a7b6c5d-0000-4000-8000-000000000001","status":"UPDATED","executionStatus":"SUCCESS"}"#,
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
    /// State of the item.
    pub status: ItemStatus,
    /// State of its current or last execution.
    pub execution_status: ExecutionStatus,
    /// Why the last execution failed, if it did.
    pub error: Option<ItemError>,
    /// The value that the user is asked for now.
    pub parameter: Option<ConnectorCredential>,
    /// What the user must do at the bank now.
    pub user_action: Option<UserAction>,
    /// The address that gets this item's events besides the application's webhooks.
    pub webhook_url: Option<String>,
    /// The integrator's id of the end user, as text: the answer may hold one that we would not
    /// accept.
    pub client_user_id: Option<String>,
    /// Where the user lands after an OAuth or Open Finance flow.
    pub oauth_redirect_uri: Option<String>,
    /// When the item was made.
    pub created_at: Option<Timestamp>,
    /// When the record changed last.
    pub updated_at: Option<Timestamp>,
    /// When the institution was read last.
    pub last_updated_at: Option<Timestamp>,
    /// How each product stands, when the execution ended in part or with warnings.
    #[serde_with(skip_apply)]
    #[serde(
        default,
        deserialize_with = "tolerant::map",
        skip_serializing_if = "Option::is_none"
    )]
    pub status_detail: Option<StatusDetail>,
    /// How many executions in a row have ended in `LOGIN_ERROR`.
    pub consecutive_failed_login_attempts: Option<u32>,
    /// When Pluggy reads the institution next by itself; none if auto-sync is off for this item.
    pub next_auto_sync_at: Option<Timestamp>,
    /// When the Open Finance consent ends; none if no end is known.
    pub consent_expires_at: Option<Timestamp>,
    /// When the bank's list of resources was read last (Open Finance); none if never.
    pub resources_collected_at: Option<Timestamp>,
    /// Whether another holder must still approve a resource at the bank (Open Finance).
    pub has_resources_pending_authorization: Option<bool>,
    /// Products of the item.
    pub products: Option<Vec<ProductType>>,
}

/// Why an execution failed.
#[serde_with::apply(
    Option => #[serde(default, deserialize_with = "tolerant::optional", skip_serializing_if = "Option::is_none")],
)]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemError {
    /// The same vocabulary as the execution status, and usually the same value.
    pub code: Option<ExecutionStatus>,
    /// For developers, in English.
    pub message: Option<String>,
    /// The bank's own text for the user, in Portuguese.
    pub provider_message: Option<String>,
    /// Data for authorizing a device; the keys are not documented.
    pub attributes: Option<serde_json::Map<String, serde_json::Value>>,
}

/// What the user must do at the bank.
#[serde_with::apply(
    Option => #[serde(default, deserialize_with = "tolerant::optional", skip_serializing_if = "Option::is_none")],
)]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserAction {
    /// Text for the user.
    pub instructions: Option<String>,
    /// Kind of action.
    #[serde(rename = "type")]
    pub kind: Option<UserActionType>,
    /// Data of the action, such as the content of a QR code.
    pub attributes: Option<serde_json::Map<String, serde_json::Value>>,
    /// Until when it can be done.
    pub expires_at: Option<Timestamp>,
}

open_enum! {
    /// Kind of an action at the bank.
    pub enum UserActionType {
        /// Scan a QR code.
        Qr = "qr",
        /// Authorize the access, for example in the bank's app.
        AuthorizeAccess = "authorize-access",
    }
}

/// How each product stands, by the product's key (`accounts`, `creditCards`, …); a product that was
/// not requested is null. The map is open, because the sources spell some keys in two ways.
pub type StatusDetail = BTreeMap<String, Option<ProductStatus>>;

/// How one product stands.
#[serde_with::apply(
    Option => #[serde(default, deserialize_with = "tolerant::optional", skip_serializing_if = "Option::is_none")],
)]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProductStatus {
    /// Whether the last execution collected it; not promised, though always seen.
    pub is_updated: Option<bool>,
    /// When it was collected last; none if never.
    pub last_updated_at: Option<Timestamp>,
    /// What went wrong or could be better.
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
