//! Webhook registrations: the URLs to which Pluggy sends events.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{EventKind, WebhookId, tolerant};

/// A webhook registration. Only `id` is required. Its header values are secrets, so it has no `Debug` and no
/// `Serialize`.
///
/// Source: <https://docs.pluggy.ai/reference/webhooks-retrieve>.
#[serde_with::apply(
    Option => #[serde(default, deserialize_with = "tolerant::optional")],
)]
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Webhook {
    /// The registration.
    pub id: WebhookId,
    /// URL that receives the events.
    pub url: Option<String>,
    /// The event name, or all events. An absent one is unknown.
    #[serde(default, deserialize_with = "tolerant::or_default")]
    pub event: EventKind,
    /// Headers of each delivery.
    #[serde_with(skip_apply)]
    #[serde(default, deserialize_with = "tolerant::map")]
    pub headers: Option<BTreeMap<String, String>>,
    /// When Pluggy disabled it, for example after repeated failures.
    pub disabled_at: Option<Timestamp>,
    /// When it was created.
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    pub updated_at: Option<Timestamp>,
}

impl Webhook {
    /// Creates a registration with only its id, for a response without a usable body.
    pub fn new(id: WebhookId) -> Self {
        Self {
            id,
            url: None,
            event: EventKind::default(),
            headers: None,
            disabled_at: None,
            created_at: None,
            updated_at: None,
        }
    }
}

/// Body of `POST /webhooks`. Source: <https://docs.pluggy.ai/reference/webhooks-create>.
#[derive(Serialize)]
pub struct CreateWebhookRequest<'a> {
    /// URL that receives the events: public https on port 443.
    pub url: &'a str,
    /// The event name, or all events.
    pub event: EventKind,
    /// Headers of each delivery.
    pub headers: &'a BTreeMap<String, String>,
}

/// Body of `PATCH /webhooks/{id}`. Source: <https://docs.pluggy.ai/reference/webhooks-update>.
#[serde_with::skip_serializing_none]
#[derive(Default, Serialize)]
pub struct UpdateWebhookRequest<'a> {
    /// URL that receives the events; unchanged if none.
    pub url: Option<&'a str>,
    /// The event name, or all events; unchanged if none.
    pub event: Option<EventKind>,
    /// Headers of each delivery; unchanged if none.
    pub headers: Option<&'a BTreeMap<String, String>>,
    /// `true` enables a disabled webhook again.
    pub enabled: Option<bool>,
}
