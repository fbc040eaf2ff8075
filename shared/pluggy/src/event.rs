//! Webhook events: the bodies that Pluggy posts.

use serde::{Deserialize, Serialize};

use super::open_enum::open_enum;
use super::{EventKind, Payload, body_repair, tolerant};

/// A webhook body. It is only a signal: fetch the entity from Pluggy before acting on it.
///
/// Nothing is required but a JSON object with at least one known field. The sources differ on the types, for
/// example on ids that are numbers in one and strings in another. A field of an unexpected type counts as
/// absent. Keep the raw body beside this type, so that nothing is lost.
///
/// ```
/// use pluggy::{Event, Payload};
///
/// let body = br#"{"event":"item/error","eventId":"1","itemId":"9a7b6c5d-0000-4000-8000-000000000001",
///     "error":{"code":"INVALID_CREDENTIALS","message":"Invalid credentials"}}"#;
/// let event = Event::parse(body).unwrap();
/// let Payload::Item { error: Some(error), .. } = event.payload() else { panic!() };
/// assert_eq!(error.code.as_deref(), Some("INVALID_CREDENTIALS"));
/// ```
///
/// Source: <https://docs.pluggy.ai/docs/webhooks>, and npm `pluggy-sdk`, `WebhookEventPayload`.
#[serde_with::apply(
    Option<String> => #[serde(default, deserialize_with = "tolerant::text", skip_serializing_if = "Option::is_none")],
)]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Name of the event. An absent one is unknown.
    #[serde(
        rename = "event",
        default,
        deserialize_with = "tolerant::or_default",
        skip_serializing_if = "EventKind::is_absent"
    )]
    pub kind: EventKind,
    /// Id of the event, equal in every delivery attempt. Use it for deduplication.
    pub event_id: Option<String>,
    /// Id of the entity. Deprecated, and missing from item events.
    pub id: Option<String>,
    /// The application, on some events.
    pub client_id: Option<String>,
    /// The integrator's id of the end user, on item events; null if the item has none.
    pub client_user_id: Option<String>,
    /// Initiator of the execution; absent or null on some events.
    #[serde(
        default,
        deserialize_with = "tolerant::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub triggered_by: Option<TriggeredBy>,
    /// The item, on `item/*` and `transactions/*`.
    pub item_id: Option<String>,
    /// The error, on `*/error`.
    #[serde(
        default,
        deserialize_with = "tolerant::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub error: Option<EventError>,
    /// The connector, on `connector/status_updated`. Some sources have it in `id` only.
    pub connector_id: Option<String>,
    /// The new state of a connector or payment request.
    #[serde(
        default,
        deserialize_with = "tolerant::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub data: Option<EventData>,
    /// The new state of a payment, if a source has it outside of `data`.
    pub status: Option<String>,
    /// The account, on `transactions/*`.
    pub account_id: Option<String>,
    /// The transactions, on `transactions/updated` (at most 400) and `transactions/deleted`.
    #[serde(
        default,
        deserialize_with = "tolerant::list",
        skip_serializing_if = "Option::is_none"
    )]
    pub transaction_ids: Option<Vec<String>>,
    /// Number of added transactions.
    #[serde(
        default,
        deserialize_with = "tolerant::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub transactions_count: Option<u64>,
    /// The earliest date of an added transaction, as received.
    pub transactions_min_date: Option<String>,
    /// The filter that selects the added transactions, as received.
    pub transactions_created_at_from: Option<String>,
    /// A URL from outside. Never follow it unchecked.
    pub created_transactions_link: Option<String>,
    /// A URL from outside. Never follow it unchecked.
    #[serde(rename = "createdTransactionsLinkV2")]
    pub created_transactions_link_v2: Option<String>,
    /// The payment request, on most payment events.
    pub payment_request_id: Option<String>,
    /// The payment intent, on `payment_intent/*`.
    pub payment_intent_id: Option<String>,
    /// The bulk payment that a payment intent belongs to.
    pub bulk_payment_id: Option<String>,
    /// The integrator's reference of a payment intent.
    pub reference_id: Option<String>,
    /// The scheduled payment, as npm `pluggy-sdk` spells it.
    pub scheduled_payment_id: Option<String>,
    /// The scheduled payment, as the documentation spells it.
    pub schedule_payment_id: Option<String>,
    /// The automatic Pix payment, on `automatic_pix_payment/*`.
    pub automatic_pix_payment_id: Option<String>,
    /// The central bank's id of a Pix payment.
    pub end_to_end_id: Option<String>,
    /// The payment, on `smart_transfer_payment/*`.
    pub smart_transfer_payment_id: Option<String>,
    /// The preauthorization, on `smart_transfer_*`.
    pub smart_transfer_preauthorization_id: Option<String>,
    /// The boleto, on `boleto/updated`.
    pub boleto_id: Option<String>,
}

/// Error of an event. Item events use `message`, payment events `description` and `detail`.
#[serde_with::apply(
    Option => #[serde(default, deserialize_with = "tolerant::text", skip_serializing_if = "Option::is_none")],
)]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventError {
    /// Machine code. On item events it equals the item's `executionStatus`.
    pub code: Option<String>,
    /// For developers, in English.
    pub message: Option<String>,
    /// The requested parameter, if its prompt expired.
    pub parameter: Option<String>,
    /// For developers, on payment events.
    pub description: Option<String>,
    /// Further details, on payment events.
    pub detail: Option<String>,
}

/// The new state of a connector or payment request.
#[serde_with::apply(
    Option => #[serde(default, deserialize_with = "tolerant::text", skip_serializing_if = "Option::is_none")],
)]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventData {
    /// `ONLINE`, `UNSTABLE`, `OFFLINE`, or a payment's state.
    pub status: Option<String>,
}

impl Event {
    /// Parses a body. Returns `None` if it is not an event: not a JSON object, or without any known field.
    pub fn parse(body: &[u8]) -> Option<Self> {
        let event: Self = body_repair::parse(body).ok()?;
        (event != Self::default()).then_some(event)
    }

    /// Returns the event's payload by its family.
    pub fn payload(&self) -> Payload<'_> {
        Payload::of(self)
    }
}

open_enum! {
    /// Initiator of an execution.
    pub enum TriggeredBy {
        /// The end user, with a connect token.
        User = "USER",
        /// The integrator, with an API key.
        Client = "CLIENT",
        /// Pluggy's auto-sync.
        Sync = "SYNC",
        /// Pluggy's staff.
        Internal = "INTERNAL",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_without_an_event_name_is_no_event() {
        let bodies = [
            "",
            "null",
            "[]",
            r#"["item/updated"]"#,
            "{}",
            r#"{"event":1}"#,
            r#"{"event":null}"#,
            "{\"event\":\"item/updated\"",
        ];
        for body in bodies {
            assert_eq!(Event::parse(body.as_bytes()), None, "{body}");
        }
    }

    #[test]
    fn fields_of_an_unexpected_type_do_not_hide_the_event() {
        let event = Event::parse(
            br#"{"event":"item/error","eventId":7,"itemId":["x"],"error":"boom","triggeredBy":3,"clientUserId":null}"#,
        )
        .unwrap();

        assert_eq!(event.event_id.as_deref(), Some("7"));
        assert_eq!(
            (event.item_id, event.error, event.triggered_by),
            (None, None, None)
        );
    }
}
