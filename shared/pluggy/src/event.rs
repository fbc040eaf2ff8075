//! Webhook events: what Pluggy posts when something happened.

use serde::{Deserialize, Serialize};

use super::open_enum::open_enum;
use super::{EventKind, Payload, tolerant};

/// A webhook body. It is a signal: what it says is read again at Pluggy before anyone acts on it.
///
/// All that is required is a JSON object with a string `event`: the sources differ on everything
/// else, down to ids that are numbers in one and strings in another. A field of an unexpected type
/// counts as absent. The raw body is kept beside this, so nothing is lost.
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// What happened.
    #[serde(rename = "event")]
    pub kind: EventKind,
    /// The same for every attempt to deliver the event, and so the key of deduplication.
    pub event_id: Option<String>,
    /// Id of the entity; deprecated, and missing from item events.
    pub id: Option<String>,
    /// The application, on some events.
    pub client_id: Option<String>,
    /// The integrator's id of the end user, on item events; null if the item has none.
    pub client_user_id: Option<String>,
    /// Who started the execution; absent or null on some events.
    #[serde(
        default,
        deserialize_with = "tolerant::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub triggered_by: Option<TriggeredBy>,
    /// The item, on `item/*` and `transactions/*`.
    pub item_id: Option<String>,
    /// What failed, on `*/error`.
    #[serde(
        default,
        deserialize_with = "tolerant::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub error: Option<EventError>,
    /// The connector, on `connector/status_updated`; some sources have it in `id` alone.
    pub connector_id: Option<String>,
    /// The new state of a connector or payment request.
    #[serde(
        default,
        deserialize_with = "tolerant::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub data: Option<EventData>,
    /// The new state of a payment, where a source has it outside of `data`.
    pub status: Option<String>,
    /// The account, on `transactions/*`.
    pub account_id: Option<String>,
    /// The transactions, on `transactions/updated` (at most 400) and `transactions/deleted`.
    #[serde(
        default,
        deserialize_with = "tolerant::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub transaction_ids: Option<Vec<String>>,
    /// How many transactions were added.
    #[serde(
        default,
        deserialize_with = "tolerant::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub transactions_count: Option<u64>,
    /// The earliest date of a transaction that was added, as received.
    pub transactions_min_date: Option<String>,
    /// The filter that selects the transactions that were added, as received.
    pub transactions_created_at_from: Option<String>,
    /// An address from outside, never to be followed blindly.
    pub created_transactions_link: Option<String>,
    /// An address from outside, never to be followed blindly.
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

/// What failed. Item events say `message`, payment events `description` and `detail`.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventError {
    /// Machine code; on item events the same value as the item's `executionStatus`.
    pub code: Option<String>,
    /// For developers, in English.
    pub message: Option<String>,
    /// The parameter that the user was asked for, if that is what expired.
    pub parameter: Option<String>,
    /// For developers, on payment events.
    pub description: Option<String>,
    /// More of it, on payment events.
    pub detail: Option<String>,
}

/// The new state of a connector or payment request.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventData {
    /// `ONLINE`, `UNSTABLE`, `OFFLINE`, or a payment's state.
    pub status: Option<String>,
}

impl Event {
    /// Reads a body; `None` if it is not an event.
    pub fn parse(body: &[u8]) -> Option<Self> {
        // Serde would take a list for the fields in their order.
        let is_object = body.trim_ascii_start().starts_with(b"{");
        is_object
            .then(|| serde_json::from_slice(body).ok())
            .flatten()
    }

    /// What the event says, by its family.
    pub fn payload(&self) -> Payload<'_> {
        Payload::of(self)
    }
}

open_enum! {
    /// Who started an execution.
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
