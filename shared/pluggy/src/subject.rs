//! Subject of an event: the entity whose history it belongs to.

use super::{Event, Payload};

/// Subject of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// An item, also for events about its transactions.
    Item(String),
    /// A connector.
    Connector(String),
    /// A payment request, also for its intents, schedules and Pix payments.
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
    /// No entity that the event names.
    Nothing,
}

impl Event {
    /// Returns the subject. An event of an unknown family is about its item, if it names one.
    pub fn subject(&self) -> Subject {
        let request = |id: Option<&str>| id.map(|id| Subject::PaymentRequest(id.to_owned()));
        let subject = match self.payload() {
            Payload::Item { item_id, .. } | Payload::Transactions { item_id, .. } => {
                item_id.map(|id| Subject::Item(id.to_owned()))
            }
            Payload::Connector { connector_id, .. } => {
                connector_id.map(|id| Subject::Connector(id.to_owned()))
            }
            Payload::PaymentRequest {
                payment_request_id, ..
            }
            | Payload::ScheduledPayment {
                payment_request_id, ..
            } => request(payment_request_id),
            Payload::PaymentIntent {
                payment_request_id,
                payment_intent_id,
                ..
            } => {
                let intent = || payment_intent_id.map(|id| Subject::PaymentIntent(id.to_owned()));
                request(payment_request_id).or_else(intent)
            }
            Payload::AutomaticPixPayment {
                payment_request_id,
                automatic_pix_payment_id,
                ..
            } => {
                let payment = || {
                    automatic_pix_payment_id.map(|id| Subject::AutomaticPixPayment(id.to_owned()))
                };
                request(payment_request_id).or_else(payment)
            }
            Payload::SmartTransfer {
                payment_id,
                preauthorization_id,
                ..
            } => {
                let preauthorization = || {
                    preauthorization_id
                        .map(|id| Subject::SmartTransferPreauthorization(id.to_owned()))
                };
                payment_id
                    .map(|id| Subject::SmartTransferPayment(id.to_owned()))
                    .or_else(preauthorization)
            }
            Payload::Boleto { boleto_id } => boleto_id.map(|id| Subject::Boleto(id.to_owned())),
            Payload::Unknown => self.item_id.clone().map(Subject::Item),
        };
        subject.unwrap_or(Subject::Nothing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
                r#"{"event":"item/frozen","itemId":"i"}"#,
                Subject::Item("i".into()),
            ),
            (
                r#"{"event":"moon/full","itemId":"i"}"#,
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
                r#"{"event":"payment_intent/error","paymentIntentId":"n","paymentRequestId":"p"}"#,
                Subject::PaymentRequest("p".into()),
            ),
            (
                r#"{"event":"payment_intent/error","paymentIntentId":"n"}"#,
                Subject::PaymentIntent("n".into()),
            ),
            (
                r#"{"event":"smart_transfer_payment/error","smartTransferPaymentId":"s","smartTransferPreauthorizationId":"a"}"#,
                Subject::SmartTransferPayment("s".into()),
            ),
            (
                r#"{"event":"boleto/updated","boletoId":"b"}"#,
                Subject::Boleto("b".into()),
            ),
            (r#"{"event":"moon/full","id":"1"}"#, Subject::Nothing),
        ];
        for (body, expected) in cases {
            assert_eq!(
                Event::parse(body.as_bytes()).unwrap().subject(),
                expected,
                "{body}"
            );
        }
    }
}
