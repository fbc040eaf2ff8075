//! What a user is shown of an item.

use jiff::Timestamp;
use serde::Serialize;
use shared::connection::{ActionKind, Language, NextAction, Phase, assess, message};
use shared::health::Healths;
use shared::pluggy::{Connector, HealthStatus, Item, ItemError, ItemId, StatusDetail};
use shared::store::{OwnedPage, StoredItem};

use crate::answer::retry_after;

/// One item, as the HTTP contract has it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ItemView<'a> {
    item_id: ItemId,
    connector: Option<ConnectorView<'a>>,
    status: Option<&'a str>,
    execution_status: Option<&'a str>,
    pub(crate) phase: Phase,
    next_action: NextActionView,
    products: StatusDetail,
    error: Option<ErrorView<'a>>,
    created_at: Timestamp,
    updated_at: Option<Timestamp>,
    last_updated_at: Option<Timestamp>,
    next_auto_sync_at: Option<Timestamp>,
    consent_expires_at: Option<Timestamp>,
    read_at: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ConnectorView<'a> {
    id: i64,
    name: Option<&'a str>,
    image_url: Option<&'a str>,
    primary_color: Option<&'a str>,
    health: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct NextActionView {
    kind: ActionKind,
    message: &'static str,
    expires_at: Option<Timestamp>,
    connect_token: Option<ConnectTokenBody>,
}

/// The exact body to post to `/connect-token`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ConnectTokenBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    item_id: Option<ItemId>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ErrorView<'a> {
    code: Option<&'a str>,
    message: Option<&'a str>,
    provider_message: Option<&'a str>,
}

impl<'a> ItemView<'a> {
    pub(crate) fn new(
        stored: &'a StoredItem,
        healths: &'a Healths,
        language: Language,
        now: Timestamp,
    ) -> Self {
        let read_at = stored.reading.as_ref().map(|reading| reading.read_at);
        let item = stored.reading.as_ref().map(|reading| &reading.item);
        let connector = item.and_then(|item| item.connector.as_ref());
        let health = connector.and_then(|connector| healths.status(connector, read_at?, now));
        let (phase, next_action) = item.map_or_else(unread, |item| assess(item, health, now));
        Self {
            item_id: stored.item_id,
            connector: connector.map(|connector| ConnectorView::new(connector, health)),
            status: item.map(|item| item.status.as_str()),
            execution_status: item.map(|item| item.execution_status.as_str()),
            phase,
            next_action: NextActionView::new(next_action, stored.item_id, language),
            products: item.map(products).unwrap_or_default(),
            error: item
                .and_then(|item| item.error.as_ref())
                .map(ErrorView::new),
            created_at: stored.created_at,
            updated_at: item.and_then(|item| item.updated_at),
            last_updated_at: item.and_then(|item| item.last_updated_at),
            next_auto_sync_at: item.and_then(|item| item.next_auto_sync_at),
            consent_expires_at: item.and_then(|item| item.consent_expires_at),
            read_at,
        }
    }
}

/// Pluggy has not answered yet, so nothing is known but that there is a connection.
fn unread() -> (Phase, NextAction) {
    (
        Phase::Connecting,
        NextAction {
            kind: ActionKind::Wait,
            expires_at: None,
        },
    )
}

/// Products that were not requested are left out.
fn products(item: &Item) -> StatusDetail {
    let mut products = item.status_detail.clone().unwrap_or_default();
    products.retain(|_, status| status.is_some());
    products
}

impl<'a> ConnectorView<'a> {
    fn new(connector: &'a Connector, health: Option<&'a HealthStatus>) -> Self {
        Self {
            id: connector.id,
            name: connector.name.as_deref(),
            image_url: connector.image_url.as_deref(),
            primary_color: connector.primary_color.as_deref(),
            health: health.map(HealthStatus::as_str),
        }
    }
}

impl NextActionView {
    fn new(action: NextAction, item_id: ItemId, language: Language) -> Self {
        let connect_token = match action.kind {
            ActionKind::ConnectAgain => Some(ConnectTokenBody { item_id: None }),
            _ if action.updates_the_item() => Some(ConnectTokenBody {
                item_id: Some(item_id),
            }),
            _ => None,
        };
        Self {
            kind: action.kind,
            message: message(action.kind, language),
            expires_at: action.expires_at,
            connect_token,
        }
    }
}

impl<'a> ErrorView<'a> {
    fn new(error: &'a ItemError) -> Self {
        Self {
            code: error
                .code
                .as_ref()
                .map(shared::pluggy::ExecutionStatus::as_str),
            message: error.message.as_deref(),
            provider_message: error.provider_message.as_deref(),
        }
    }
}

/// A page of a user's items.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ItemList<'a> {
    items: Vec<ItemView<'a>>,
    next_cursor: Option<String>,
}

impl<'a> ItemList<'a> {
    pub(crate) fn new(
        page: &'a OwnedPage,
        healths: &'a Healths,
        language: Language,
        now: Timestamp,
    ) -> Self {
        Self {
            items: page
                .items
                .iter()
                .map(|item| ItemView::new(item, healths, language, now))
                .collect(),
            next_cursor: page.next.as_ref().map(shared::store::Cursor::to_text),
        }
    }

    /// After how many seconds the item that changes soonest may have changed.
    pub(crate) fn retry_after(&self) -> Option<u64> {
        self.items
            .iter()
            .filter_map(|item| retry_after(item.phase))
            .min()
    }
}
