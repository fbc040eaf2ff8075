//! Webhook registrations: where Pluggy sends events.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{EventKind, WebhookId};

/// A webhook registration. Its header values are secrets, so it has no `Debug` and no `Serialize`.
///
/// Source: <https://docs.pluggy.ai/reference/webhooks-retrieve>.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Webhook {
    /// The registration.
    pub id: WebhookId,
    /// Where events go.
    pub url: String,
    /// Which events, or all.
    pub event: EventKind,
    /// Headers that each delivery carries.
    #[serde(default)]
    pub headers: Option<BTreeMap<String, String>>,
    /// When Pluggy disabled it, after repeated failures for example.
    #[serde(default)]
    pub disabled_at: Option<Timestamp>,
}

/// Body of `POST /webhooks`. Source: <https://docs.pluggy.ai/reference/webhooks-create>.
#[derive(Serialize)]
pub struct CreateWebhookRequest<'a> {
    /// Where events go: public https on port 443.
    pub url: &'a str,
    /// Which events, or all.
    pub event: EventKind,
    /// Headers that each delivery carries.
    pub headers: &'a BTreeMap<String, String>,
}

/// Body of `PATCH /webhooks/{id}`. Source: <https://docs.pluggy.ai/reference/webhooks-update>.
#[derive(Serialize)]
pub struct UpdateWebhookRequest<'a> {
    /// Which events, or all.
    pub event: EventKind,
    /// Headers that each delivery carries.
    pub headers: &'a BTreeMap<String, String>,
    /// `true` enables a disabled webhook again.
    pub enabled: bool,
}

/// One page of a list.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    /// Number of this page, from 1.
    #[serde(default)]
    pub page: Option<u64>,
    /// How many pages there are.
    #[serde(default)]
    pub total_pages: Option<u64>,
    /// What is on this page.
    pub results: Vec<T>,
}
