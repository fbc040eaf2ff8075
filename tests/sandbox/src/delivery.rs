//! How an event reaches an endpoint: attempts in rounds, until one is answered well.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Method, Request, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Serialize;
use tracing::info;
use uuid::Uuid;

use crate::app::App;
use crate::clock::Moment;
use crate::endpoint;
use crate::event::Event;

/// The older of the two time limits that Pluggy documents. Never scaled: it is about a real network.
const TIME_LIMIT: Duration = Duration::from_secs(5);
const ATTEMPTS_PER_ROUND: u32 = 3;
/// The waits before the second and the third round.
const ROUND_SPACING: [Duration; 2] = [Duration::from_mins(15), Duration::from_hours(2)];

/// One attempt to deliver an event.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Delivery {
    /// The event's `eventId`.
    pub event_id: String,
    /// The event's name.
    pub event: String,
    /// The item it is about.
    pub item_id: Option<Uuid>,
    /// The webhook it went to; none if it went to the item's own `webhookUrl`.
    pub webhook_id: Option<Uuid>,
    /// The URL it went to.
    pub url: String,
    /// Counts the attempts from 1.
    pub attempt: u32,
    /// When the attempt ended.
    pub at: Moment,
    /// How it ended.
    pub outcome: Outcome,
}

/// How one attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// The endpoint answered with this status.
    Status(u16),
    /// The endpoint did not answer in time.
    TimedOut,
    /// No connection, or one that broke.
    Unreachable,
    /// The URL leads off the machine, where the sandbox does not go.
    OffLimits,
    /// The sandbox was told to lose deliveries.
    Dropped,
}

impl Outcome {
    fn is_success(self) -> bool {
        matches!(self, Self::Status(200..=299))
    }

    /// Documented for 401; the rest of Pluggy's list is unknown.
    fn is_final(self) -> bool {
        self == Self::Status(StatusCode::UNAUTHORIZED.as_u16())
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Status(status) => write!(formatter, "{status}"),
            Self::TimedOut => formatter.write_str("timed out"),
            Self::Unreachable => formatter.write_str("unreachable"),
            Self::OffLimits => formatter.write_str("not on this machine"),
            Self::Dropped => formatter.write_str("dropped"),
        }
    }
}

/// Posts bodies. It speaks plain HTTP only.
#[derive(Clone, Debug)]
pub(crate) struct Poster(Client<HttpConnector, Full<Bytes>>);

impl Poster {
    pub(crate) fn new() -> Self {
        Self(Client::builder(TokioExecutor::new()).build_http())
    }

    async fn post(
        &self,
        target: endpoint::Target,
        headers: &BTreeMap<String, String>,
        body: &[u8],
    ) -> Outcome {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(target.uri)
            .header(HOST, target.host)
            .header(CONTENT_TYPE, "application/json");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let Ok(request) = request.body(Full::from(body.to_vec())) else {
            return Outcome::Unreachable;
        };
        match tokio::time::timeout(TIME_LIMIT, self.0.request(request)).await {
            Ok(Ok(response)) => Outcome::Status(response.status().as_u16()),
            Ok(Err(_)) => Outcome::Unreachable,
            Err(_) => Outcome::TimedOut,
        }
    }
}

/// Where an event goes: a webhook, as it is at the time of each attempt, or an item's own URL.
#[derive(Clone, Debug)]
pub(crate) enum Recipient {
    Webhook(Uuid),
    Url(String),
}

/// Posts an event until it is accepted or given up.
pub(crate) async fn deliver(app: Arc<App>, event: Event, recipient: Recipient) {
    let mut attempt = 0;
    for wait in waits(&event.name) {
        if let Some(wait) = wait {
            app.clock.sleep(wait).await;
        }
        for _ in 0..ATTEMPTS_PER_ROUND {
            let Some((webhook_id, url, headers)) = address(&app, &recipient) else {
                return;
            };
            attempt += 1;
            let outcome = post(&app, &event, &url, &headers).await;
            log(&app, &event, webhook_id, url, attempt, outcome);
            if outcome.is_success() {
                return app.world().delivered(webhook_id);
            }
            if outcome.is_final() {
                return give_up(&app, webhook_id);
            }
        }
    }
    if let Recipient::Webhook(id) = recipient {
        give_up(&app, Some(id));
    }
}

/// The wait before each round.
fn waits(event: &str) -> impl Iterator<Item = Option<Duration>> {
    let later_rounds = if event == "item/login_succeeded" {
        0
    } else {
        ROUND_SPACING.len()
    };
    std::iter::once(None).chain(ROUND_SPACING.into_iter().take(later_rounds).map(Some))
}

/// A webhook that was deleted or disabled meanwhile gets nothing more.
fn address(
    app: &App,
    recipient: &Recipient,
) -> Option<(Option<Uuid>, String, BTreeMap<String, String>)> {
    match recipient {
        Recipient::Url(url) => Some((None, url.clone(), BTreeMap::new())),
        Recipient::Webhook(id) => {
            let world = app.world();
            let webhook = world
                .webhooks
                .get(id)
                .filter(|webhook| webhook.disabled_at.is_none())?;
            Some((Some(*id), webhook.url.clone(), webhook.headers.clone()))
        }
    }
}

async fn post(app: &App, event: &Event, url: &str, headers: &BTreeMap<String, String>) -> Outcome {
    if app.world().switches.drop_deliveries {
        return Outcome::Dropped;
    }
    match endpoint::target(url, app.settings.deliver_via.as_ref()) {
        Some(target) => app.poster.post(target, headers, &event.body).await,
        None => Outcome::OffLimits,
    }
}

fn log(
    app: &App,
    event: &Event,
    webhook_id: Option<Uuid>,
    url: String,
    attempt: u32,
    outcome: Outcome,
) {
    info!(
        "delivery {} {} attempt {attempt}: {outcome}",
        event.name, event.id
    );
    app.world().deliveries.push(Delivery {
        event_id: event.id.clone(),
        event: event.name.clone(),
        item_id: event.item_id,
        webhook_id,
        url,
        attempt,
        at: app.clock.now(),
        outcome,
    });
}

fn give_up(app: &App, webhook_id: Option<Uuid>) {
    let now = app.clock.now();
    app.world()
        .given_up(webhook_id, app.settings.failures_until_disabled, now);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_has_three_rounds_and_a_login_only_one() {
        assert_eq!(waits("item/updated").count(), 3);
        assert_eq!(waits("item/login_succeeded").count(), 1);
    }

    #[test]
    fn only_a_failed_authentication_is_never_repeated() {
        assert!(Outcome::Status(401).is_final());
        for outcome in [
            Outcome::Status(403),
            Outcome::Status(503),
            Outcome::TimedOut,
        ] {
            assert!(!outcome.is_final(), "{outcome}");
        }
    }
}
