//! Webhook deliveries as Pluggy sends them, and its reaction to the responses.

use std::collections::HashSet;
use std::time::Duration;

use harness::{Answer, Fleet};
use serde_json::{Value, json};
use store::schema;
use tests::sample;
use uuid::Uuid;

use crate::stack::Stack;

/// The longest that the function may run for Pluggy's caller.
pub(crate) const WEBHOOK_TIMEOUT: Duration = Duration::from_secs(5);
/// The time within which a response must be sent.
pub(crate) const ANSWERED_WITHIN: Duration = Duration::from_secs(3);

/// One event, which may be delivered many times.
#[derive(Clone, Debug)]
pub(crate) struct Posted {
    pub(crate) event_id: String,
    /// The request as the function URL passes it on.
    pub(crate) request: Vec<u8>,
}

impl Posted {
    /// Returns the event `number` of a proof, about one of 500 items.
    pub(crate) fn number(number: usize) -> Self {
        let event_id = Uuid::from_u128(0x3f0c_0f5e_7d9e_4a0b_8b0e_0000_0000_0000 + number as u128);
        let item_id =
            Uuid::from_u128(0x9a7b_6c5d_0000_4000_8000_0000_0000_0000 + (number % 500) as u128);
        Self::of(&json!({
            "event": "item/updated", "eventId": event_id, "itemId": item_id, "triggeredBy": "SYNC",
            "clientUserId": "usr_01J9X",
        }))
    }

    /// Returns a delivery with any body.
    pub(crate) fn of(body: &Value) -> Self {
        let mut request = sample::json("webhook/item-updated.json");
        request["body"] = body.to_string().into();
        Self {
            event_id: body["eventId"].as_str().unwrap_or_default().to_owned(),
            request: request.to_string().into_bytes(),
        }
    }

    pub(crate) async fn deliver_to(&self, webhook: &Fleet) -> Answer {
        webhook
            .invoke(&self.request, WEBHOOK_TIMEOUT)
            .await
            .unwrap()
    }
}

/// Returns the ids of all durable events.
pub(crate) async fn durable(stack: &Stack) -> HashSet<String> {
    let rows = stack.deployment.tables.event_rows().await;
    rows.iter()
        .map(|row| row[schema::SORT_KEY].as_s().unwrap().clone())
        .collect()
}
