//! A rotation of the webhook secret as `docs/operations/rotation.md` describes it, while Pluggy continues to deliver. No
//! delivery is refused, and none is lost.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueOutput;
use aws_smithy_mocks::{RuleMode, mock, mock_client};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use runtime::clock::now;
use runtime::metrics::Emitter;
use sandbox::{Outcome, Settings};
use serde_json::{Value, json};
use store::PluggySecrets;
use tests::deployment::{
    CLIENT_ID, CLIENT_SECRET, WEBHOOK_SECRET, WEBHOOK_SECRET_SHA256, accepted, eventually,
};
use tests::{Deployment, Tables, sample};
use webhook_registration::Report;

const NEW_SECRET: &str = "abc";
/// SHA-256 of [`NEW_SECRET`] (FIPS 180-2, appendix B.1).
const NEW_SHA256: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const ENSURE: &str = r#"{"action":"ensure"}"#;
const EVENTS_AT_EACH_MOMENT: usize = 5;

/// The instances of the function that answer in turn. During a deployment these are old and new ones.
#[derive(Clone, Default)]
struct Instances(Arc<Mutex<Vec<Arc<webhook::App>>>>);

impl Instances {
    fn next(&self) -> Arc<webhook::App> {
        let mut instances = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        instances.rotate_left(1);
        Arc::clone(&instances[0])
    }

    fn set(&self, instances: Vec<webhook::App>) {
        *self.0.lock().unwrap() = instances.into_iter().map(Arc::new).collect();
    }
}

/// Passes a request on as a function URL does, and returns the response.
async fn function_url(
    State(instances): State<Instances>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let mut event = sample::json("webhook/no-secret.json");
    for (name, value) in &headers {
        event["headers"][name.as_str()] = value.to_str().unwrap().into();
    }
    event["body"] = STANDARD.encode(body).into();
    event["isBase64Encoded"] = true.into();
    let app = instances.next();
    webhook::handle(Some(&app), sample::request_of(&event), now())
        .await
        .status()
}

/// A deployed stack with a function URL that Pluggy reaches, and the steps of its rotation.
struct Rotation {
    deployment: Deployment,
    instances: Instances,
    posted: usize,
}

impl Rotation {
    async fn start() -> Self {
        let instances = Instances::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new()
            .fallback(function_url)
            .with_state(instances.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let settings = Settings {
            deliver_via: Some(url.parse().unwrap()),
            ..Settings::new(CLIENT_ID.parse().unwrap(), CLIENT_SECRET.into())
        };
        let deployment = Deployment {
            tables: Tables::create().await,
            pluggy: sandbox::start(settings).await.unwrap(),
            metrics: Emitter::in_memory(),
        };
        Self {
            deployment,
            instances,
            posted: 0,
        }
    }

    /// Deploys other digests. Instances with either digests answer, until the old ones are gone.
    async fn deploy(&mut self, before: &str, after: &str) {
        self.instances.set(vec![
            self.deployment.webhook(before),
            self.deployment.webhook(after),
        ]);
        self.deliver().await;
        self.instances.set(vec![self.deployment.webhook(after)]);
        self.deliver().await;
    }

    /// Runs `pluggy-lambda webhook register` with this secret in Secrets Manager.
    async fn register(&mut self, webhook_secret: &'static str) -> Report {
        let mut app = self.deployment.webhook_registration();
        app.accepted = accepted(&format!("{WEBHOOK_SECRET_SHA256},{NEW_SHA256}"));
        app.secrets = secrets(webhook_secret);
        let report = webhook_registration::handle(&app, ENSURE, now())
            .await
            .unwrap();
        self.deliver().await;
        report
    }

    /// Makes events at Pluggy now, and waits until each has been attempted.
    async fn deliver(&mut self) {
        for _ in 0..EVENTS_AT_EACH_MOMENT {
            self.posted += 1;
            let event = json!({"event": "item/updated", "eventId": self.posted.to_string()});
            self.deployment
                .pluggy
                .post_event(event.to_string().into_bytes());
        }
        eventually("the deliveries", async || {
            (self.outcomes().len() >= self.posted).then_some(())
        })
        .await;
    }

    fn outcomes(&self) -> Vec<Outcome> {
        let deliveries = self.deployment.pluggy.deliveries();
        deliveries.iter().map(|delivery| delivery.outcome).collect()
    }
}

fn secrets(webhook_secret: &'static str) -> PluggySecrets {
    let rule = mock!(aws_sdk_secretsmanager::Client::get_secret_value).then_output(move || {
        let secret = json!({
            "clientId": CLIENT_ID, "clientSecret": CLIENT_SECRET, "webhookSecret": webhook_secret,
        });
        GetSecretValueOutput::builder()
            .secret_string(secret.to_string())
            .build()
    });
    let client = mock_client!(aws_sdk_secretsmanager, RuleMode::MatchAny, [&rule]);
    PluggySecrets::new(client, "pluggy-lambda/test".to_owned())
}

#[tokio::test]
async fn a_rotation_as_documented_refuses_no_delivery() {
    let mut rotation = Rotation::start().await;
    let old = WEBHOOK_SECRET_SHA256;
    let both = &format!("{WEBHOOK_SECRET_SHA256},{NEW_SHA256}");
    let registered = rotation.deployment.webhook_registration();
    webhook_registration::handle(&registered, ENSURE, now())
        .await
        .unwrap();
    rotation.deploy(old, old).await;

    rotation.deploy(old, both).await;
    let report = rotation.register(NEW_SECRET).await;
    rotation.deploy(both, NEW_SHA256).await;

    assert!(matches!(report, Report::Updated { .. }), "{report:?}");
    let outcomes = rotation.outcomes();
    assert_eq!(outcomes, vec![Outcome::Status(200); rotation.posted]);
    let rows = rotation.deployment.tables.event_rows().await;
    let ids: BTreeSet<&String> = rows.iter().map(|row| row["sk"].as_s().unwrap()).collect();
    assert_eq!(ids.len(), rotation.posted);
}

/// Guards the test above, which could not fail if the order did not matter.
#[tokio::test]
async fn a_rotation_in_another_order_refuses_deliveries() {
    let mut rotation = Rotation::start().await;
    rotation
        .instances
        .set(vec![rotation.deployment.webhook(WEBHOOK_SECRET_SHA256)]);
    rotation.register(WEBHOOK_SECRET).await;
    assert!(!rotation.outcomes().contains(&Outcome::Status(401)));

    rotation
        .instances
        .set(vec![rotation.deployment.webhook(NEW_SHA256)]);
    rotation.deliver().await;

    assert!(rotation.outcomes().contains(&Outcome::Status(401)));
    let refused: Vec<Value> = rotation.deployment.metrics.lines();
    assert!(
        refused
            .iter()
            .any(|line| line["DeliveriesRejectedEvent"] == 1)
    );
}
