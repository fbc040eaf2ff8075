//! Registration of the webhook at Pluggy with the required settings: our URL, all events, the secret header,
//! enabled.

use std::collections::BTreeMap;

use jiff::Timestamp;
use pluggy::{CreateWebhookRequest, EventKind, UpdateWebhookRequest, Webhook, WebhookId};
use runtime::secret::AcceptedSecrets;
use secrecy::{ExposeSecret as _, SecretString};

use crate::watch::{carried_secret, elsewhere, problems_of};
use crate::{App, Elsewhere, Error, Report, WebhookUrl};

pub(crate) async fn ensure(
    app: &App,
    elsewhere: Elsewhere,
    now: Timestamp,
) -> Result<Report, Error> {
    let secret = webhook_secret(app).await?;
    // Pluggy never retries a delivery that is refused because of its secret.
    if !app.accepted.accept(secret.expose_secret().as_bytes()) {
        return Err(Error::SecretNotAccepted);
    }
    let registered = app.pluggy.webhooks(now).await.map_err(Error::Pluggy)?;
    let wanted = Wanted {
        url: &app.webhook_url,
        accepted: &app.accepted,
        secret: &secret,
    };
    let report = register(app, &wanted, &registered, now).await?;
    // Our webhook exists first, so that no event is lost in between.
    match elsewhere {
        Elsewhere::Keep => {}
        Elsewhere::Delete => delete_elsewhere(app, &registered, now).await?,
    }
    Ok(report)
}

async fn register(
    app: &App,
    wanted: &Wanted<'_>,
    registered: &[Webhook],
    now: Timestamp,
) -> Result<Report, Error> {
    match wanted.plan(registered) {
        Plan::Keep(webhook_id) => Ok(Report::Unchanged { webhook_id }),
        Plan::Update(id) => {
            let headers = wanted.headers();
            let request = UpdateWebhookRequest {
                event: Some(EventKind::All),
                headers: Some(&headers),
                enabled: Some(true),
                ..UpdateWebhookRequest::default()
            };
            let updated = app
                .pluggy
                .update_webhook(id, &request, now)
                .await
                .map_err(Error::Pluggy)?;
            match updated {
                Some(webhook) => Ok(Report::Updated {
                    webhook_id: webhook.id,
                }),
                None => create(app, wanted, now).await,
            }
        }
        Plan::Create => create(app, wanted, now).await,
    }
}

async fn create(app: &App, wanted: &Wanted<'_>, now: Timestamp) -> Result<Report, Error> {
    let headers = wanted.headers();
    let request = CreateWebhookRequest {
        url: wanted.url.as_str(),
        event: EventKind::All,
        headers: &headers,
    };
    let webhook = app
        .pluggy
        .create_webhook(&request, now)
        .await
        .map_err(Error::Pluggy)?;
    Ok(Report::Created {
        webhook_id: webhook.id,
    })
}

async fn delete_elsewhere(app: &App, registered: &[Webhook], now: Timestamp) -> Result<(), Error> {
    for webhook in elsewhere(registered, &app.webhook_url, &app.accepted) {
        app.pluggy
            .delete_webhook(webhook.id, now)
            .await
            .map_err(Error::Pluggy)?;
        tracing::info!(webhook.id = %webhook.id, "webhook that pointed elsewhere deleted");
    }
    Ok(())
}

/// Returns the secret that deliveries must carry.
pub(crate) async fn webhook_secret(app: &App) -> Result<SecretString, Error> {
    let secret = app.secrets.read().await.map_err(Error::Secret)?;
    secret.webhook_secret.ok_or(Error::NoWebhookSecret)
}

struct Wanted<'a> {
    url: &'a WebhookUrl,
    accepted: &'a AcceptedSecrets,
    secret: &'a SecretString,
}

#[derive(Debug, PartialEq, Eq)]
enum Plan {
    Create,
    Update(WebhookId),
    Keep(WebhookId),
}

impl Wanted<'_> {
    fn headers(&self) -> BTreeMap<String, String> {
        BTreeMap::from([(
            self.accepted.header().to_string(),
            self.secret.expose_secret().to_owned(),
        )])
    }

    /// Plans the change. It prefers a registration with the required settings, and keeps a second one for the
    /// same URL.
    fn plan(&self, registered: &[Webhook]) -> Plan {
        let ours = || registered.iter().filter(|webhook| self.url.is_of(webhook));
        match ours()
            .find(|webhook| self.is_met_by(webhook))
            .or_else(|| ours().next())
        {
            None => Plan::Create,
            Some(webhook) if self.is_met_by(webhook) => Plan::Keep(webhook.id),
            Some(webhook) => Plan::Update(webhook.id),
        }
    }

    fn is_met_by(&self, webhook: &Webhook) -> bool {
        carried_secret(webhook, self.accepted) == Some(self.secret.expose_secret())
            && problems_of(webhook, self.accepted).is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const URL: &str = "https://hooks.example.com/";
    const ID: &str = "2f1e0d9c-0000-4000-8000-000000000020";
    /// SHA-256 of `right`.
    const RIGHT_SHA256: &str = "27042f4e6eca7d0b2a7ee4026df2ecfa51d3339e6d122aa099118ecd8563bad9";
    const OTHER_ID: &str = "2f1e0d9c-0000-4000-8000-000000000021";

    fn plan(registered: serde_json::Value) -> Plan {
        let registered: Vec<Webhook> = serde_json::from_value(registered).unwrap();
        let secret = SecretString::from("right");
        let header = "x-webhook-secret".parse().unwrap();
        let accepted = AcceptedSecrets::parse(header, RIGHT_SHA256).unwrap();
        Wanted {
            url: &URL.parse().unwrap(),
            accepted: &accepted,
            secret: &secret,
        }
        .plan(&registered)
    }

    fn good() -> serde_json::Value {
        json!({"id": ID, "url": URL, "event": "all", "headers": {"X-Webhook-Secret": "right"}, "disabledAt": null})
    }

    fn good_but(field: &str, value: serde_json::Value) -> serde_json::Value {
        let mut webhook = good();
        webhook[field] = value;
        webhook
    }

    #[test]
    fn a_registration_that_is_as_it_should_be_is_kept() {
        let written_otherwise = good_but("url", json!("https://HOOKS.example.com:443"));

        assert_eq!(plan(json!([good()])), Plan::Keep(ID.parse().unwrap()));
        assert_eq!(
            plan(json!([written_otherwise])),
            Plan::Keep(ID.parse().unwrap())
        );
    }

    #[test]
    fn a_registration_that_differs_is_repaired() {
        for (field, value) in [
            ("event", json!("item/created")),
            ("headers", json!({})),
            ("headers", json!(null)),
            ("headers", json!({"X-Webhook-Secret": "old"})),
            ("disabledAt", json!("2026-11-23T12:00:00.000Z")),
        ] {
            assert_eq!(
                plan(json!([good_but(field, value)])),
                Plan::Update(ID.parse().unwrap()),
                "{field}"
            );
        }
    }

    #[test]
    fn other_registrations_are_left_alone() {
        assert_eq!(plan(json!([])), Plan::Create);
        assert_eq!(
            plan(json!([good_but(
                "url",
                json!("https://elsewhere.example.com/")
            )])),
            Plan::Create
        );
        let mut broken = good_but("event", json!("item/created"));
        broken["id"] = json!(OTHER_ID);
        assert_eq!(
            plan(json!([broken, good()])),
            Plan::Keep(ID.parse().unwrap())
        );
    }
}
