mod transactions;

use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

pub(crate) use self::transactions::Changed;

use crate::connection::Trigger;
use crate::connector::HealthStatus;
use crate::failure::Failure;
use crate::item::Item;
use crate::odd;

/// The names of the events that a webhook can be registered for.
pub(crate) const NAMES: [&str; 32] = [
    "all",
    "item/created",
    "item/updated",
    "item/error",
    "item/deleted",
    "item/waiting_user_input",
    "item/waiting_user_action",
    "item/login_succeeded",
    "connector/status_updated",
    "transactions/created",
    "transactions/updated",
    "transactions/deleted",
    "payment_intent/created",
    "payment_intent/completed",
    "payment_intent/waiting_payer_authorization",
    "payment_intent/error",
    "payment_request/updated",
    "scheduled_payment/created",
    "scheduled_payment/completed",
    "scheduled_payment/error",
    "scheduled_payment/canceled",
    "scheduled_payment/all_completed",
    "scheduled_payment/all_created",
    "boleto/updated",
    "automatic_pix_payment/created",
    "automatic_pix_payment/completed",
    "automatic_pix_payment/error",
    "automatic_pix_payment/canceled",
    "smart_transfer_preauthorization/completed",
    "smart_transfer_preauthorization/error",
    "smart_transfer_payment/completed",
    "smart_transfer_payment/error",
];

/// An event as it is posted to webhooks: the same bytes at every attempt and endpoint.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) item_id: Option<Uuid>,
    /// The item's own webhook, notified besides those of the application.
    pub(crate) webhook_url: Option<String>,
    pub(crate) body: Vec<u8>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ItemBody<'a> {
    event: &'static str,
    event_id: Uuid,
    item_id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    triggered_by: Option<Trigger>,
    client_user_id: Option<&'a str>,
}

#[derive(Serialize)]
struct ErrorBody {
    code: &'static str,
    message: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<&'static str>,
}

impl Event {
    pub(crate) fn item(name: &'static str, item: &Item, trigger: Trigger) -> Self {
        Self::about_item(name, item, Some(trigger), None)
    }

    pub(crate) fn item_deleted(item: &Item) -> Self {
        Self::about_item("item/deleted", item, None, None)
    }

    pub(crate) fn item_error(item: &Item, trigger: Trigger, failure: Failure) -> Self {
        let error = ErrorBody {
            code: failure.code,
            message: failure.message,
            parameter: failure.parameter,
        };
        Self::about_item("item/error", item, Some(trigger), Some(error))
    }

    pub(crate) fn connector_status(id: u32, status: HealthStatus) -> Self {
        Self::parse(
            json!({
                "event": "connector/status_updated",
                "eventId": Uuid::new_v4(),
                "id": id.to_string(),
                "connectorId": id,
                "data": { "status": status },
            })
            .to_string()
            .into_bytes(),
        )
    }

    /// Creates an event from any body, which is posted byte for byte. A missing event id is generated, so that the
    /// delivery can be found.
    pub(crate) fn parse(body: Vec<u8>) -> Self {
        let value: Value = serde_json::from_slice(&body).unwrap_or_default();
        let text = |name| {
            value
                .get(name)
                .and_then(Value::as_str)
                .map(ToOwned::to_owned)
        };
        Self {
            id: text("eventId").unwrap_or_else(|| Uuid::new_v4().to_string()),
            name: text("event").unwrap_or_default(),
            item_id: text("itemId").and_then(|id| id.parse().ok()),
            webhook_url: None,
            body,
        }
    }

    fn about_item(
        name: &'static str,
        item: &Item,
        triggered_by: Option<Trigger>,
        error: Option<ErrorBody>,
    ) -> Self {
        let event_id = Uuid::new_v4();
        let body = ItemBody {
            event: name,
            event_id,
            item_id: item.id,
            error,
            triggered_by,
            client_user_id: item.client_user_id.as_deref(),
        };
        // JSON can express the whole body, so this never falls back to an empty body.
        let event = Self::parse(serde_json::to_vec(&body).unwrap_or_default());
        Self {
            body: odd::with_halves(event.body),
            ..event
        }
        .for_webhook_of(item)
    }

    fn for_webhook_of(self, item: &Item) -> Self {
        Self {
            webhook_url: item.webhook_url.clone(),
            ..self
        }
    }
}
