//! JSON views of an item for its user.

mod bank_action;
mod cache_control;
mod login_link;
mod next_action;
mod products;
mod prompt;

use std::collections::BTreeMap;

use connection::{Assessment, Language, Phase, assess};
use jiff::Timestamp;
use pluggy::{Connector, ExecutionStatus, HealthStatus, ItemError, ItemId};
use serde::Serialize;
use store::Healths;
use store::{Cursor, OwnedPage, StoredItem};

use crate::answer::retry_after;
pub(crate) use cache_control::CacheControl;
use next_action::NextActionView;
use products::{ProductView, products};

/// One item, as the HTTP contract defines it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ItemView<'a> {
    item_id: ItemId,
    connector: Option<ConnectorView<'a>>,
    status: Option<&'a str>,
    execution_status: Option<&'a str>,
    pub(crate) phase: Phase,
    next_action: NextActionView<'a>,
    products: BTreeMap<String, ProductView<'a>>,
    error: Option<ErrorView<'a>>,
    created_at: Timestamp,
    updated_at: Option<Timestamp>,
    last_updated_at: Option<Timestamp>,
    next_auto_sync_at: Option<Timestamp>,
    consent_expires_at: Option<Timestamp>,
    fetched_at: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ConnectorView<'a> {
    id: i64,
    name: Option<&'a str>,
    image_url: Option<&'a str>,
    primary_color: Option<&'a str>,
    health: Option<&'a str>,
    retired: bool,
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
        let snapshot = stored.snapshot();
        let assessment = snapshot.map_or(Assessment::NOT_FETCHED, |snapshot| {
            assess(&snapshot.item, healths.availability(snapshot, now), now)
        });
        let item = snapshot.map(|snapshot| &*snapshot.item);
        let connector = snapshot.and_then(|snapshot| {
            let connector = snapshot.item.connector.as_ref()?;
            let health = healths.status(connector, snapshot.fetched_at, now);
            let retired = healths.is_retired(connector);
            Some(ConnectorView::new(connector, health, retired))
        });
        Self {
            item_id: stored.item_id,
            connector,
            status: item.and_then(|item| item.status.present()),
            execution_status: item.and_then(|item| item.execution_status.present()),
            phase: assessment.phase(),
            next_action: NextActionView::new(assessment, stored.item_id, item, language),
            products: item.map(products).unwrap_or_default(),
            error: item
                .and_then(|item| item.error.as_ref())
                .map(ErrorView::new),
            created_at: stored.created_at,
            updated_at: item.and_then(|item| item.updated_at),
            last_updated_at: item.and_then(|item| item.last_updated_at),
            next_auto_sync_at: item.and_then(|item| item.next_auto_sync_at),
            consent_expires_at: item.and_then(|item| item.consent_expires_at),
            fetched_at: snapshot.map(|snapshot| snapshot.fetched_at),
        }
    }
}

impl<'a> ConnectorView<'a> {
    fn new(connector: &'a Connector, health: Option<&'a HealthStatus>, retired: bool) -> Self {
        Self {
            id: connector.id,
            name: connector.name.as_deref(),
            image_url: connector.image_url.as_deref(),
            primary_color: connector.primary_color.as_deref(),
            health: health.map(HealthStatus::as_str),
            retired,
        }
    }
}

impl<'a> ErrorView<'a> {
    fn new(error: &'a ItemError) -> Self {
        Self {
            code: error.code.as_ref().map(ExecutionStatus::as_str),
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
            next_cursor: page.next.as_ref().map(Cursor::to_text),
        }
    }

    /// Returns the number of seconds after which the first item of the page may change.
    pub(crate) fn retry_after(&self) -> Option<u64> {
        self.items
            .iter()
            .filter_map(|item| retry_after(item.phase))
            .min()
    }
}
