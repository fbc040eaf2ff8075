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
    /// When it was made.
    #[serde(default)]
    pub created_at: Option<Timestamp>,
    /// When it changed last.
    #[serde(default)]
    pub updated_at: Option<Timestamp>,
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
#[serde_with::skip_serializing_none]
#[derive(Default, Serialize)]
pub struct UpdateWebhookRequest<'a> {
    /// Where events go; unchanged if none.
    pub url: Option<&'a str>,
    /// Which events, or all; unchanged if none.
    pub event: Option<EventKind>,
    /// Headers that each delivery carries; unchanged if none.
    pub headers: Option<&'a BTreeMap<String, String>>,
    /// `true` enables a disabled webhook again.
    pub enabled: Option<bool>,
}
