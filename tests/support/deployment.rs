//! A deployment of all functions with its own tables and the sandbox in place of Pluggy.

mod functions;

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use client::https::{Limits, Trust};
use client::{Api, ApiKeys, Client};
use jiff::Timestamp;
use lambda_http::http::StatusCode;
use lambda_http::{Body, Response};
use pluggy::{Item, ItemId};
use runtime::caller::Callers;
use runtime::clock;
use runtime::metrics::Emitter;
use runtime::secret::AcceptedSecrets;
use sandbox::{Effect, Fault, Running, Settings};
use serde_json::json;
use store::{PluggySecrets, SharedApiKey};
use tokio::time::Instant;

use crate::secrets::secrets;
use crate::tables::kept_by_a_tombstone;
use crate::{Tables, sample, stream};

const LIMITS: Limits = Limits {
    connect: Duration::from_secs(2),
    acknowledge: Duration::from_secs(2),
};
/// The client id of the application in the sandbox and in the sample events.
pub const CLIENT_ID: &str = "11111111-0000-4000-8000-000000000003";
/// The client secret of the application.
pub const CLIENT_SECRET: &str = "pluggy_sk_for_local_tests";
/// The webhook secret in deliveries and in the sample events.
pub const WEBHOOK_SECRET: &str = "webhook-secret-for-local-tests";
/// SHA-256 of [`WEBHOOK_SECRET`].
pub const WEBHOOK_SECRET_SHA256: &str =
    "36a8543df25b1ae2f203511876b6c91cdedee52b75f0bd8305c6f6440083d7f4";
/// The webhook URL that is registered at the sandbox.
pub const WEBHOOK_URL: &str =
    "https://abcdefghijklmnopqrstuvwxyz012345.lambda-url.sa-east-1.on.aws/";
/// The role of the backend in the sample events.
pub const BACKEND_ROLE_ARN: &str = "arn:aws:iam::123456789012:role/service/backend";
/// The profiles that the tests deploy.
pub const PROFILES: &str = r#"{
    "default": {"connect": {"includeSandbox": true, "language": "pt"}, "token": {"avoidDuplicates": false}},
    "mobile": {"connect": {"theme": "dark"}, "token": {"oauthRedirectUri": "exampleapp://connected"}}
}"#;

/// A hundred times faster than Pluggy, so that no test waits long.
const TIME_SCALE: u32 = 100;
/// The sandbox's personal bank.
const PERSONAL_BANK: u32 = 2;
/// Longer than any test should wait. Reaching it is a failure.
const PATIENCE: Duration = Duration::from_secs(20);

/// The tables and the sandbox. The functions are built from them on demand.
pub struct Deployment {
    /// The tables.
    pub tables: Tables,
    /// The sandbox.
    pub pluggy: Running,
    /// The metrics that the functions emit.
    pub metrics: Emitter,
}

impl Deployment {
    /// Starts the tables and the sandbox.
    pub async fn start() -> Self {
        Self::start_at(TIME_SCALE).await
    }

    /// Starts both with a sandbox as slow as Pluggy, for tests of transient states.
    pub async fn start_in_real_time() -> Self {
        Self::start_at(1).await
    }

    async fn start_at(time_scale: u32) -> Self {
        Self::start_with(Settings {
            time_scale,
            ..settings()
        })
        .await
    }

    /// Starts both with other sandbox settings.
    pub async fn start_with(settings: Settings) -> Self {
        let (tables, pluggy) = tokio::join!(Tables::create(), sandbox::start(settings));
        Self {
            tables,
            pluggy: pluggy.unwrap(),
            metrics: Emitter::in_memory(),
        }
    }

    /// Returns a client for the sandbox as in a new process: without an API key in memory.
    pub fn pluggy_client(&self) -> Client {
        self.pluggy_client_with(secrets(CLIENT_SECRET))
    }

    /// Returns such a client with other credentials.
    pub fn pluggy_client_with(&self, secrets: PluggySecrets) -> Client {
        client_at(self.pluggy.url(), secrets, self.tables.credential_store())
    }

    /// Makes a connection as the widget does, with a connect token that our function issued to `user`. The connector is
    /// the sandbox's personal bank, and the bank's user is `bank_user`.
    pub async fn connect(&self, user: &str, bank_user: &str) -> ItemId {
        let parameters = json!({"user": bank_user, "password": "password-ok"});
        self.connect_at(PERSONAL_BANK, user, &parameters).await
    }

    /// Makes such a connection at another of the sandbox's connectors, with the parameters of its form.
    pub async fn connect_at(
        &self,
        connector_id: u32,
        user: &str,
        parameters: &serde_json::Value,
    ) -> ItemId {
        let answer = Box::pin(self.connect_token_of(user)).await;
        let answer: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
        let item = reqwest::Client::new()
            .post(format!("{}/items", self.pluggy.url()))
            .header("X-API-KEY", answer["accessToken"].as_str().unwrap())
            .header("Content-Type", "application/json")
            .body(json!({"connectorId": connector_id, "parameters": parameters}).to_string())
            .send()
            .await
            .unwrap();
        let item: serde_json::Value = serde_json::from_slice(&item.bytes().await.unwrap()).unwrap();
        item["id"]
            .as_str()
            .unwrap_or_else(|| panic!("{item}"))
            .parse()
            .unwrap()
    }

    /// Returns our function's response with a connect token. A user who has reached the limit counts as a new one.
    async fn connect_token_of(&self, user: &str) -> Response<Body> {
        let app = self.connect_token();
        let request = || sample::with_body("connect-token/no-body.json", user, &json!({}));
        let answer = connect_token::handle(&app, request(), clock::now()).await;
        if answer.status() != StatusCode::TOO_MANY_REQUESTS {
            return answer;
        }
        self.tables.forget_limits().await;
        connect_token::handle(&app, request(), clock::now()).await
    }

    /// Waits until an item at the sandbox has this status.
    pub async fn item_reaches(&self, item_id: ItemId, status: &str) -> Item {
        let client = self.pluggy_client();
        eventually(&format!("item {status}"), async || {
            let item = client.item(item_id, clock::now()).await.unwrap()?;
            (item.status.as_str() == status).then_some(*item)
        })
        .await
    }

    /// Waits until the sandbox has the link of an item's login at the bank.
    pub async fn login_page_opens(&self, item_id: ItemId) {
        let client = self.pluggy_client();
        eventually("a link", async || {
            let item = client.item(item_id, clock::now()).await.unwrap()?;
            item.parameter?.data
        })
        .await;
    }

    /// Delivers an event to our webhook as Pluggy would. Returns the status of the response.
    pub async fn deliver(&self, body: &serde_json::Value) -> u16 {
        let mut event = sample::json("webhook/item-created.json");
        event["body"] = body.to_string().into();
        let webhook = self.webhook(WEBHOOK_SECRET_SHA256);
        webhook::handle(Some(&webhook), sample::request_of(&event), clock::now())
            .await
            .status()
            .as_u16()
    }

    /// Passes every event row of the table to item-sync in one batch, and expects no failures.
    pub async fn sync_all(&self) {
        let batch = stream::batch(&self.tables.event_rows().await);
        let answer =
            item_sync::handle(&self.item_sync(), &batch, clock::now(), in_a_minute()).await;
        assert_eq!(answer.batch_item_failures, []);
    }

    /// Returns the response of our API to `user` about one item.
    pub async fn status_of(&self, user: &str, item_id: ItemId) -> (u16, serde_json::Value) {
        let request = sample::get_item(user, &item_id.to_string(), &[]);
        let answer = item_status::handle(&self.item_status(), request, clock::now()).await;
        (
            answer.status().as_u16(),
            serde_json::from_slice(answer.body()).unwrap(),
        )
    }

    /// Returns the response of our API to `user` about all of their items.
    pub async fn items_of(&self, user: &str) -> serde_json::Value {
        let request = sample::get_items(user, &[]);
        let answer = item_status::handle(&self.item_status(), request, clock::now()).await;
        serde_json::from_slice(answer.body()).unwrap()
    }

    /// Lets Pluggy report that the consents of all items end at `end`. Forgets the faults of before.
    pub fn consents_end_at(&self, end: Timestamp) {
        self.pluggy.clear_faults();
        self.pluggy.add_fault(Fault {
            method: Some("GET".to_owned()),
            path_prefix: "/items/".to_owned(),
            times: None,
            effect: Effect::Odd {
                field: "/consentExpiresAt".to_owned(),
                json: Some(json!(end).to_string()),
            },
        });
    }

    /// Asserts that the item's row is a tombstone, which keeps nothing personal.
    pub async fn assert_tombstone(&self, item_id: ItemId) {
        let rows = self.tables.rows(&self.tables.items).await;
        let key = AttributeValue::S(format!("ITEM#{item_id}"));
        let row = rows.iter().find(|row| row["pk"] == key).unwrap();
        assert!(row.contains_key("deletedAt"));
        assert_eq!(kept_by_a_tombstone(row), None);
    }

    /// Returns the number of requests for a path.
    pub fn requests_for(&self, method: &str, path: &str) -> usize {
        let requests = self.pluggy.requests();
        requests
            .iter()
            .filter(|request| request.method == method && request.path == path)
            .count()
    }
}

/// Returns the sandbox settings of the tests.
pub fn settings() -> Settings {
    Settings {
        time_scale: TIME_SCALE,
        ..Settings::new(CLIENT_ID.parse().unwrap(), CLIENT_SECRET.into())
    }
}

/// Returns the deadline of an invocation that has just started.
pub fn in_a_minute() -> Instant {
    Instant::now() + Duration::from_mins(1)
}

/// Returns the header of the sample events with the given digests.
pub fn accepted(digests: &str) -> AcceptedSecrets {
    AcceptedSecrets::parse("x-webhook-secret".parse().unwrap(), digests).unwrap()
}

/// Returns the callers of the sample events.
pub fn callers() -> Callers {
    Callers {
        owner_claim: "sub".to_owned(),
        allows_personal_claim: false,
        backend_roles: BACKEND_ROLE_ARN.parse().unwrap(),
    }
}

fn trust() -> Trust {
    Trust::compiled_in().unwrap()
}

/// Returns a client for the fake Pluggy at `url`.
pub fn client_at(url: &str, secrets: PluggySecrets, table: SharedApiKey) -> Client {
    let api = Api::new(&trust(), url.parse().unwrap());
    let client_id = CLIENT_ID.parse().unwrap();
    Client::new(api.clone(), ApiKeys::new(api, client_id, secrets, table))
}

/// Polls until there is a value, and returns it.
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let polling = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let answer = tokio::time::timeout(PATIENCE, polling).await;
    answer.unwrap_or_else(|_| panic!("{what}: not within {PATIENCE:?}"))
}
