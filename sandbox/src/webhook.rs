use std::collections::BTreeMap;

use serde::Serialize;
use uuid::Uuid;

use crate::clock::Moment;
use crate::event::{self, Event};

/// Pluggy's limit of webhooks for one event.
const MAX_PER_EVENT: usize = 5;

/// A registered endpoint, as `GET /webhooks/{id}` shows it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Webhook {
    pub(crate) id: Uuid,
    pub(crate) url: String,
    pub(crate) event: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) disabled_at: Option<Moment>,
    pub(crate) created_at: Moment,
    pub(crate) updated_at: Moment,
    /// The number of consecutive failed deliveries.
    #[serde(skip)]
    pub(crate) failures: u32,
}

impl Webhook {
    pub(crate) fn wants(&self, event: &Event) -> bool {
        self.disabled_at.is_none() && (self.event == "all" || self.event == event.name)
    }
}

/// Returns the reason why a webhook cannot be stored among the existing ones.
pub(crate) fn refusal<'a>(
    candidate: &Webhook,
    existing: impl Iterator<Item = &'a Webhook>,
) -> Option<&'static str> {
    if !event::NAMES.contains(&candidate.event.as_str()) {
        return Some("Unknown event");
    }
    let same_event: Vec<_> = existing
        .filter(|other| other.id != candidate.id && other.event == candidate.event)
        .collect();
    if same_event.iter().any(|other| other.url == candidate.url) {
        return Some("A webhook with this event and URL exists already");
    }
    (same_event.len() >= MAX_PER_EVENT).then_some("Maximum of 5 webhooks per event")
}
