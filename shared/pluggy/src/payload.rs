//! Payloads of webhook events, by family.

use super::{Event, EventError};

/// Payload of an event, without its envelope. A family that this version does not know is
/// [`Payload::Unknown`]; the raw body has its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payload<'a> {
    /// `item/*`.
    Item {
        /// The item.
        item_id: Option<&'a str>,
        /// The error, on `item/error`. Not final if its code is `USER_AUTHORIZATION_PENDING`.
        error: Option<&'a EventError>,
    },
    /// `connector/*`.
    Connector {
        /// The connector.
        connector_id: Option<&'a str>,
        /// Its new state.
        status: Option<&'a str>,
    },
    /// `transactions/*`.
    Transactions {
        /// The item.
        item_id: Option<&'a str>,
        /// The account.
        account_id: Option<&'a str>,
        /// The changed or deleted transactions.
        transaction_ids: &'a [String],
        /// Start of the range of added transactions.
        created_at_from: Option<&'a str>,
    },
    /// `payment_intent/*`.
    PaymentIntent {
        /// The intent.
        payment_intent_id: Option<&'a str>,
        /// The payment request of the intent.
        payment_request_id: Option<&'a str>,
        /// The error.
        error: Option<&'a EventError>,
    },
    /// `payment_request/*`.
    PaymentRequest {
        /// The payment request.
        payment_request_id: Option<&'a str>,
        /// Its new state.
        status: Option<&'a str>,
    },
    /// `scheduled_payment/*`.
    ScheduledPayment {
        /// The scheduled payment; none if the event is about the whole series.
        scheduled_payment_id: Option<&'a str>,
        /// The payment request of the scheduled payment.
        payment_request_id: Option<&'a str>,
        /// The error.
        error: Option<&'a EventError>,
    },
    /// `automatic_pix_payment/*`.
    AutomaticPixPayment {
        /// The payment.
        automatic_pix_payment_id: Option<&'a str>,
        /// The payment request of the payment.
        payment_request_id: Option<&'a str>,
        /// The central bank's id of the payment.
        end_to_end_id: Option<&'a str>,
        /// The error.
        error: Option<&'a EventError>,
    },
    /// `smart_transfer_preauthorization/*` and `smart_transfer_payment/*`.
    SmartTransfer {
        /// The payment, if the event is about one.
        payment_id: Option<&'a str>,
        /// The preauthorization.
        preauthorization_id: Option<&'a str>,
        /// Its new state.
        status: Option<&'a str>,
        /// The error.
        error: Option<&'a EventError>,
    },
    /// `boleto/*`.
    Boleto {
        /// The boleto.
        boleto_id: Option<&'a str>,
    },
    /// A family that this version does not know.
    Unknown,
}

impl<'a> Payload<'a> {
    pub(super) fn of(event: &'a Event) -> Self {
        let family = event.kind.as_str().split('/').next().unwrap_or_default();
        let error = event.error.as_ref();
        let status = event
            .data
            .as_ref()
            .and_then(|data| data.status.as_deref())
            .or(event.status.as_deref());
        let payment_request_id = event.payment_request_id.as_deref();
        match family {
            "item" => Self::Item {
                item_id: event.item_id.as_deref(),
                error,
            },
            "connector" => Self::Connector {
                connector_id: event.connector_id.as_deref().or(event.id.as_deref()),
                status,
            },
            "transactions" => Self::Transactions {
                item_id: event.item_id.as_deref(),
                account_id: event.account_id.as_deref(),
                transaction_ids: event.transaction_ids.as_deref().unwrap_or_default(),
                created_at_from: event.transactions_created_at_from.as_deref(),
            },
            "payment_intent" => Self::PaymentIntent {
                payment_intent_id: event.payment_intent_id.as_deref(),
                payment_request_id,
                error,
            },
            "payment_request" => Self::PaymentRequest {
                payment_request_id,
                status,
            },
            "scheduled_payment" => Self::ScheduledPayment {
                scheduled_payment_id: event
                    .scheduled_payment_id
                    .as_deref()
                    .or(event.schedule_payment_id.as_deref()),
                payment_request_id,
                error,
            },
            "automatic_pix_payment" => Self::AutomaticPixPayment {
                automatic_pix_payment_id: event.automatic_pix_payment_id.as_deref(),
                payment_request_id,
                end_to_end_id: event.end_to_end_id.as_deref(),
                error,
            },
            "smart_transfer_preauthorization" | "smart_transfer_payment" => Self::SmartTransfer {
                payment_id: event.smart_transfer_payment_id.as_deref(),
                preauthorization_id: event.smart_transfer_preauthorization_id.as_deref(),
                status,
                error,
            },
            "boleto" => Self::Boleto {
                boleto_id: event.boleto_id.as_deref(),
            },
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EventKind;

    fn event(body: &str) -> Event {
        Event::parse(body.as_bytes()).unwrap()
    }

    #[test]
    fn every_known_event_has_a_family() {
        for kind in EventKind::KNOWN
            .iter()
            .filter(|kind| **kind != EventKind::All)
        {
            let event = event(&format!(r#"{{"event":"{kind}"}}"#));

            assert_ne!(event.payload(), Payload::Unknown, "{kind}");
        }
        assert_eq!(
            event(r#"{"event":"moon/full"}"#).payload(),
            Payload::Unknown
        );
    }

    #[test]
    fn both_spellings_and_places_are_read() {
        for id in ["scheduledPaymentId", "schedulePaymentId"] {
            let event = event(&format!(
                r#"{{"event":"scheduled_payment/created","{id}":"s"}}"#
            ));
            let Payload::ScheduledPayment {
                scheduled_payment_id,
                ..
            } = event.payload()
            else {
                panic!()
            };
            assert_eq!(scheduled_payment_id, Some("s"));
        }
        for status in [
            r#""status":"COMPLETED""#,
            r#""data":{"status":"COMPLETED"}"#,
        ] {
            let event = event(&format!(
                r#"{{"event":"payment_request/updated",{status}}}"#
            ));
            let Payload::PaymentRequest { status, .. } = event.payload() else {
                panic!()
            };
            assert_eq!(status, Some("COMPLETED"));
        }
        for id in [r#""id":"201""#, r#""connectorId":201"#] {
            let event = event(&format!(r#"{{"event":"connector/status_updated",{id}}}"#));
            let Payload::Connector { connector_id, .. } = event.payload() else {
                panic!()
            };
            assert_eq!(connector_id, Some("201"));
        }
    }
}
