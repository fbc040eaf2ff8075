//! The delivery of an event to an endpoint: attempts in rounds, until one succeeds.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tracing::info;
use uuid::Uuid;

use crate::app::App;
use crate::delivery::{Delivery, Outcome};
use crate::endpoint;
use crate::event::Event;

const ATTEMPTS_PER_ROUND: u32 = 3;
/// The waits before the second and the third round, as last reported.
const ROUND_SPACING: [Duration; 2] = [Duration::from_mins(15), Duration::from_hours(2)];

/// The recipient of an event: a webhook, as it is at each attempt, or an item's own URL.
#[derive(Clone, Debug)]
pub(crate) enum Recipient {
    Webhook(Uuid),
    Url(String),
}

/// The address of one attempt.
struct Address {
    webhook_id: Option<Uuid>,
    url: String,
    headers: BTreeMap<String, String>,
}

/// Posts an event until it is accepted or given up.
pub(crate) async fn deliver(app: Arc<App>, event: Event, recipient: Recipient) {
    let mut attempt = 0;
    for wait in waits(&event.name) {
        if let Some(wait) = wait {
            app.waits.wait(wait).await;
        }
        for _ in 0..ATTEMPTS_PER_ROUND {
            let Some(address) = address(&app, &recipient) else {
                return;
            };
            attempt += 1;
            let outcome = post(&app, &event, &address).await;
            note(&app, &event, &address, attempt, outcome);
            if outcome.is_success() {
                return app.database().delivered(address.webhook_id);
            }
            if outcome.is_refusal() {
                return give_up(&app, &recipient);
            }
        }
    }
    give_up(&app, &recipient);
}

/// Returns the wait before each round.
fn waits(event: &str) -> impl Iterator<Item = Option<Duration>> {
    let later_rounds = if event == "item/login_succeeded" {
        0
    } else {
        ROUND_SPACING.len()
    };
    std::iter::once(None).chain(ROUND_SPACING.into_iter().take(later_rounds).map(Some))
}

/// Returns the address of the next attempt; `None` if the webhook was deleted or disabled.
fn address(app: &App, recipient: &Recipient) -> Option<Address> {
    match recipient {
        Recipient::Url(url) => Some(Address {
            webhook_id: None,
            url: url.clone(),
            headers: BTreeMap::new(),
        }),
        Recipient::Webhook(id) => app
            .database()
            .webhooks
            .get(id)
            .filter(|webhook| webhook.disabled_at.is_none())
            .map(|webhook| Address {
                webhook_id: Some(*id),
                url: webhook.url.clone(),
                headers: webhook.headers.clone(),
            }),
    }
}

async fn post(app: &App, event: &Event, address: &Address) -> Outcome {
    if app.database().switches.lose_deliveries {
        return Outcome::Lost;
    }
    match endpoint::target(&address.url, app.settings.deliver_via.as_ref()) {
        Some(target) => app.poster.post(target, &address.headers, &event.body).await,
        None => Outcome::OffLimits,
    }
}

fn note(app: &App, event: &Event, address: &Address, attempt: u32, outcome: Outcome) {
    info!(
        "delivery {} {} attempt {attempt}: {outcome}",
        event.name, event.id
    );
    app.database().deliveries.push(Delivery {
        event_id: event.id.clone(),
        event: event.name.clone(),
        item_id: event.item_id,
        webhook_id: address.webhook_id,
        url: address.url.clone(),
        attempt,
        at: app.clock.now(),
        outcome,
    });
}

fn give_up(app: &App, recipient: &Recipient) {
    if let Recipient::Webhook(id) = recipient {
        let now = app.clock.now();
        app.database()
            .given_up(*id, app.settings.failures_until_disabled, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_has_three_rounds_and_a_login_only_one() {
        let rounds: Vec<_> = waits("item/updated").collect();

        assert_eq!(
            rounds,
            [
                None,
                Some(Duration::from_mins(15)),
                Some(Duration::from_hours(2))
            ]
        );
        assert_eq!(waits("item/login_succeeded").count(), 1);
    }
}
