//! Webhook events: what Pluggy posts when something happened.

use serde::Deserialize;

use super::open_enum::open_enum;
use super::tolerant;

/// The part of a webhook body that decides what happens to it. The raw body is kept beside it, so
/// unknown fields and events are not lost.
///
/// All that is required is a JSON object with a string `event`: the sources differ on everything
/// else, down to ids that are numbers in one and strings in another. Source: <https://docs.pluggy.ai/docs/webhooks>.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// What happened.
    #[serde(rename = "event")]
    pub kind: EventKind,
    /// The same for every attempt to deliver the event, and so the key of deduplication.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub event_id: Option<String>,
    /// Id of the entity; deprecated, and missing from item events.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub id: Option<String>,
    /// The application, on some events.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub client_id: Option<String>,
    /// The integrator's id of the end user, on item events.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub client_user_id: Option<String>,
    /// Who started the execution.
    #[serde(default, deserialize_with = "tolerant::optional")]
    pub triggered_by: Option<TriggeredBy>,
    /// The item, on `item/*` and `transactions/*`.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub item_id: Option<String>,
    /// The connector, on `connector/status_updated`.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub connector_id: Option<String>,
    /// The payment request, on `payment_request/*`, `payment_intent/*` and `scheduled_payment/*`.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub payment_request_id: Option<String>,
    /// The payment intent, on `payment_intent/*`.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub payment_intent_id: Option<String>,
    /// The automatic Pix payment, on `automatic_pix_payment/*`.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub automatic_pix_payment_id: Option<String>,
    /// The payment, on `smart_transfer_payment/*`.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub smart_transfer_payment_id: Option<String>,
    /// The preauthorization, on `smart_transfer_*`.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub smart_transfer_preauthorization_id: Option<String>,
    /// The boleto, on `boleto/updated`.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub boleto_id: Option<String>,
    /// What failed, on `*/error`.
    #[serde(default, deserialize_with = "tolerant::optional")]
    pub error: Option<EventError>,
}

/// What failed, as an event tells it. Payment events say `description` and `detail` in place of
/// `message`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct EventError {
    /// Machine code.
    pub code: Option<String>,
    /// For developers, in English.
    pub message: Option<String>,
}

/// What an event is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// An item, also for events about its transactions.
    Item(String),
    /// A connector.
    Connector(String),
    /// A payment request, also for its intents and schedules.
    PaymentRequest(String),
    /// A payment intent without its request.
    PaymentIntent(String),
    /// An automatic Pix payment without its request.
    AutomaticPixPayment(String),
    /// A smart transfer payment.
    SmartTransferPayment(String),
    /// A smart transfer preauthorization.
    SmartTransferPreauthorization(String),
    /// A boleto.
    Boleto(String),
    /// Nothing that the event names.
    Nothing,
}

impl Event {
    /// Reads the deciding part of a body; `None` if it is not an event.
    pub fn parse(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }

    /// What the event is about, by the most specific thing that has a history of its own.
    pub fn subject(&self) -> Subject {
        let about_connector = self.kind.as_str().starts_with("connector/");
        let connector_id = self
            .connector_id
            .as_ref()
            .or(self.id.as_ref().filter(|_| about_connector));
        if let Some(id) = connector_id.filter(|_| about_connector) {
            return Subject::Connector(id.clone());
        }
        let candidates = [
            (&self.item_id, Subject::Item as fn(String) -> Subject),
            (&self.payment_request_id, Subject::PaymentRequest),
            (&self.payment_intent_id, Subject::PaymentIntent),
            (&self.automatic_pix_payment_id, Subject::AutomaticPixPayment),
            (
                &self.smart_transfer_payment_id,
                Subject::SmartTransferPayment,
            ),
            (
                &self.smart_transfer_preauthorization_id,
                Subject::SmartTransferPreauthorization,
            ),
            (&self.boleto_id, Subject::Boleto),
        ];
        candidates
            .into_iter()
            .find_map(|(id, subject)| id.clone().map(subject))
            .unwrap_or(Subject::Nothing)
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

open_enum! {
    /// Name of a webhook event. Source: <https://docs.pluggy.ai/docs/webhooks>.
    pub enum EventKind {
        /// Every event; only in registrations.
        All = "all",
        /// The connection succeeded for the first time.
        ItemCreated = "item/created",
        /// A later execution ended with data.
        ItemUpdated = "item/updated",
        /// An execution ended badly, or waits for the user to authorize a device.
        ItemError = "item/error",
        /// The item was deleted, by anyone.
        ItemDeleted = "item/deleted",
        /// The execution waits for an MFA value.
        ItemWaitingUserInput = "item/waiting_user_input",
        /// The execution waits for the user to act at the bank.
        ItemWaitingUserAction = "item/waiting_user_action",
        /// Credentials were accepted; data is being collected.
        ItemLoginSucceeded = "item/login_succeeded",
        /// The health of a connector changed.
        ConnectorStatusUpdated = "connector/status_updated",
        /// Transactions were added.
        TransactionsCreated = "transactions/created",
        /// Transactions changed.
        TransactionsUpdated = "transactions/updated",
        /// Transactions were removed.
        TransactionsDeleted = "transactions/deleted",
        /// A payment intent was made.
        PaymentIntentCreated = "payment_intent/created",
        /// A payment intent completed.
        PaymentIntentCompleted = "payment_intent/completed",
        /// A payment intent waits for the payer.
        PaymentIntentWaitingPayerAuthorization = "payment_intent/waiting_payer_authorization",
        /// A payment intent failed.
        PaymentIntentError = "payment_intent/error",
        /// A payment request changed.
        PaymentRequestUpdated = "payment_request/updated",
        /// A scheduled payment was made.
        ScheduledPaymentCreated = "scheduled_payment/created",
        /// A scheduled payment completed.
        ScheduledPaymentCompleted = "scheduled_payment/completed",
        /// A scheduled payment failed.
        ScheduledPaymentError = "scheduled_payment/error",
        /// A scheduled payment was canceled.
        ScheduledPaymentCanceled = "scheduled_payment/canceled",
        /// All payments of a series completed.
        ScheduledPaymentAllCompleted = "scheduled_payment/all_completed",
        /// All payments of a series were made.
        ScheduledPaymentAllCreated = "scheduled_payment/all_created",
        /// A boleto changed.
        BoletoUpdated = "boleto/updated",
        /// An automatic Pix payment was made.
        AutomaticPixPaymentCreated = "automatic_pix_payment/created",
        /// An automatic Pix payment completed.
        AutomaticPixPaymentCompleted = "automatic_pix_payment/completed",
        /// An automatic Pix payment failed.
        AutomaticPixPaymentError = "automatic_pix_payment/error",
        /// An automatic Pix payment was canceled.
        AutomaticPixPaymentCanceled = "automatic_pix_payment/canceled",
        /// A smart transfer preauthorization completed.
        SmartTransferPreauthorizationCompleted = "smart_transfer_preauthorization/completed",
        /// A smart transfer preauthorization failed.
        SmartTransferPreauthorizationError = "smart_transfer_preauthorization/error",
        /// A smart transfer payment completed.
        SmartTransferPaymentCompleted = "smart_transfer_payment/completed",
        /// A smart transfer payment failed.
        SmartTransferPaymentError = "smart_transfer_payment/error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(body: &str) -> Subject {
        Event::parse(body.as_bytes()).unwrap().subject()
    }

    #[test]
    fn an_event_is_about_its_item_connector_or_payment() {
        let cases = [
            (
                r#"{"event":"item/updated","itemId":"i"}"#,
                Subject::Item("i".into()),
            ),
            (
                r#"{"event":"transactions/created","itemId":"i","accountId":"a"}"#,
                Subject::Item("i".into()),
            ),
            (
                r#"{"event":"connector/status_updated","id":"201","connectorId":201}"#,
                Subject::Connector("201".into()),
            ),
            (
                r#"{"event":"connector/status_updated","id":"201"}"#,
                Subject::Connector("201".into()),
            ),
            (
                r#"{"event":"payment_request/updated","paymentRequestId":"p"}"#,
                Subject::PaymentRequest("p".into()),
            ),
            (
                r#"{"event":"smart_transfer_payment/error","smartTransferPaymentId":"s","smartTransferPreauthorizationId":"a"}"#,
                Subject::SmartTransferPayment("s".into()),
            ),
            (r#"{"event":"moon/full","id":"1"}"#, Subject::Nothing),
        ];
        for (body, expected) in cases {
            assert_eq!(subject(body), expected, "{body}");
        }
    }

    #[test]
    fn a_body_without_an_event_name_is_no_event() {
        for body in [
            "",
            "null",
            "[]",
            "{}",
            r#"{"event":1}"#,
            r#"{"event":null}"#,
            "{\"event\":\"item/updated\"",
        ] {
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
