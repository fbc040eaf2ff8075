//! The addresses of the local stack, and clients that reach it as its users do.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::AttributeValue;
use reqwest::header::{AUTHORIZATION, HOST};
use reqwest::{Method, RequestBuilder, Response};
use serde::Deserialize;
use serde_json::Value;

const STACK_FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../.local/stack.json");
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);
pub(crate) const POLL_INTERVAL: Duration = Duration::from_millis(200);

/// A stored row, by attribute name.
pub(crate) type Row = HashMap<String, AttributeValue>;

/// The local stack.
pub(crate) struct Stack {
    description: Description,
    http: reqwest::Client,
    dynamodb: aws_sdk_dynamodb::Client,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Description {
    aws: Aws,
    api: Endpoint,
    webhook: Webhook,
    sandbox: Sandbox,
    tables: Tables,
    functions: Functions,
    bus: String,
    #[serde(default)]
    examples: HashMap<String, Consumer>,
}

#[derive(Deserialize)]
struct Aws {
    endpoint: String,
    region: String,
}

#[derive(Deserialize)]
struct Endpoint {
    url: String,
    host: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Webhook {
    #[serde(flatten)]
    endpoint: Endpoint,
    secret_header: String,
    secret: String,
}

#[derive(Deserialize)]
struct Sandbox {
    url: String,
    credentials: ClientCredentials,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientCredentials {
    client_id: String,
    client_secret: String,
}

#[derive(Deserialize)]
struct Tables {
    events: String,
}

#[derive(Deserialize)]
struct Functions {
    inspect: String,
    operator: String,
    republish: String,
}

/// A consumer of the events, from `examples/`.
#[derive(Deserialize)]
pub(crate) struct Consumer {
    pub(crate) table: String,
}

impl Stack {
    /// Returns the stack that `make up` described.
    pub(crate) fn running() -> Self {
        let file = std::fs::read(STACK_FILE)
            .unwrap_or_else(|error| panic!("no local stack is running (make up): {error}"));
        let description: Description = serde_json::from_slice(&file).unwrap();
        // The first test to run installs the provider. The stack has no TLS, but the client requires a provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let aws = &description.aws;
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .credentials_provider(Credentials::new("test", "test", None, None, "local stack"))
            .endpoint_url(&aws.endpoint)
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .region(Region::new(aws.region.clone()))
            .build();
        Self {
            dynamodb: aws_sdk_dynamodb::Client::from_conf(config),
            http: reqwest::Client::new(),
            description,
        }
    }

    /// Returns a request to our API without a token.
    pub(crate) fn api(&self, method: Method, path: &str) -> RequestBuilder {
        let Endpoint { url, host } = &self.description.api;
        self.http
            .request(method, format!("{url}{path}"))
            .header(HOST, host)
    }

    /// Returns a request to our API as a signed-in user.
    pub(crate) async fn api_as(&self, user: &str, method: Method, path: &str) -> RequestBuilder {
        let token = self.user_token(user).await;
        self.api(method, path)
            .header(AUTHORIZATION, format!("Bearer {token}"))
    }

    /// Returns a request to the webhook's function URL without the secret.
    pub(crate) fn webhook(&self, method: Method) -> RequestBuilder {
        let Endpoint { url, host } = &self.description.webhook.endpoint;
        self.http.request(method, url).header(HOST, host)
    }

    /// Sends a delivery as Pluggy does.
    pub(crate) async fn deliver(&self, body: impl Into<reqwest::Body>) -> Response {
        let webhook = &self.description.webhook;
        self.webhook(Method::POST)
            .header(&webhook.secret_header, &webhook.secret)
            .body(body)
            .send()
            .await
            .unwrap()
    }

    /// Returns the header that carries the webhook's secret.
    pub(crate) fn secret_header(&self) -> &str {
        &self.description.webhook.secret_header
    }

    /// Returns a request to the Pluggy sandbox.
    pub(crate) fn sandbox(&self, method: Method, path: &str) -> RequestBuilder {
        let url = &self.description.sandbox.url;
        self.http.request(method, format!("{url}{path}"))
    }

    /// Returns a request to the emulator as the account's root. The emulator does not verify the signature.
    pub(crate) fn aws(&self, method: Method, path: &str, service: &str) -> RequestBuilder {
        let Aws { endpoint, region } = &self.description.aws;
        let credential = format!("Credential=test/20260101/{region}/{service}/aws4_request");
        let authorization =
            format!("AWS4-HMAC-SHA256 {credential}, SignedHeaders=host, Signature=none");
        self.http
            .request(method, format!("{endpoint}{path}"))
            .header(AUTHORIZATION, authorization)
    }

    /// Calls a JSON service of the emulator and returns its response.
    pub(crate) async fn aws_json(&self, service: &str, target: &str, body: &Value) -> Value {
        let request = self
            .aws(Method::POST, "/", service)
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", target);
        let answer = request.body(body.to_string()).send().await.unwrap();
        let (status, body) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{target}: {body}");
        serde_json::from_str(&body).unwrap_or_default()
    }

    /// Returns the bus that events are published on.
    pub(crate) fn bus(&self) -> &str {
        &self.description.bus
    }

    /// Returns the consumers that run beside the stack.
    pub(crate) fn consumers(&self) -> &HashMap<String, Consumer> {
        let consumers = &self.description.examples;
        assert!(!consumers.is_empty(), "no consumer runs (make examples)");
        consumers
    }

    /// Invokes the inspect function with a command or a call of the widget, and returns its response.
    pub(crate) async fn inspect(&self, event: Value) -> Value {
        self.command(&self.description.functions.inspect, event)
            .await
    }

    /// Invokes the operator function with a command and returns its response.
    pub(crate) async fn operate(&self, command: Value) -> Value {
        self.command(&self.description.functions.operator, command)
            .await
    }

    /// Invokes the republish function with a command and returns its response.
    pub(crate) async fn republish(&self, command: Value) -> Value {
        self.command(&self.description.functions.republish, command)
            .await
    }

    async fn command(&self, function: &str, command: Value) -> Value {
        let path = format!("/2015-03-31/functions/{function}/invocations");
        let request = self.aws(Method::POST, &path, "lambda");
        let answer = request.body(command.to_string()).send().await.unwrap();
        let failure = answer.headers().get("x-amz-function-error").cloned();
        let report = json(answer).await;
        assert_eq!(failure, None, "{report}");
        report
    }

    /// Requests an access token for a user from the local identity provider.
    pub(crate) async fn user_token(&self, user: &str) -> String {
        self.user_token_with(user, "").await
    }

    /// Requests an access token with additional fields of the provider's form.
    pub(crate) async fn user_token_with(&self, user: &str, fields: &str) -> String {
        let answer = self
            .sandbox(Method::POST, "/oauth2/token")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("grant_type=password&username={user}&{fields}"))
            .send()
            .await
            .unwrap();
        text(&json(answer).await, "/access_token").to_owned()
    }

    /// Requests an API key from Pluggy, as the application does.
    pub(crate) async fn api_key(&self) -> String {
        let credentials = &self.description.sandbox.credentials;
        let body = serde_json::json!({
            "clientId": credentials.client_id,
            "clientSecret": credentials.client_secret,
        });
        let request = self
            .sandbox(Method::POST, "/auth")
            .header("content-type", "application/json")
            .body(body.to_string());
        text(&json(request.send().await.unwrap()).await, "/apiKey").to_owned()
    }

    /// Returns the event rows under a partition key.
    pub(crate) async fn event_rows(&self, partition: &str) -> Vec<Row> {
        self.rows(&self.description.tables.events, partition).await
    }

    /// Returns a table's rows under a partition key.
    pub(crate) async fn rows(&self, table: &str, partition: &str) -> Vec<Row> {
        self.dynamodb
            .query()
            .table_name(table)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", AttributeValue::S(partition.to_owned()))
            .consistent_read(true)
            .send()
            .await
            .unwrap()
            .items
            .unwrap_or_default()
    }

    /// Waits until our API returns the item in the expected state, and returns it.
    pub(crate) async fn item_once(
        &self,
        user: &str,
        id: &str,
        wanted: impl Fn(&Value) -> bool,
    ) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let request = self
                .api_as(user, Method::GET, &format!("/items/{id}"))
                .await;
            let item = json(request.send().await.unwrap()).await;
            if wanted(&item) {
                return item;
            }
            assert!(Instant::now() < deadline, "the item stayed as {item}");
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }
}

/// Returns the body of a response as JSON.
pub(crate) async fn json(answer: Response) -> Value {
    let body = answer.bytes().await.unwrap();
    serde_json::from_slice(&body)
        .unwrap_or_else(|_| panic!("not JSON: {}", String::from_utf8_lossy(&body)))
}

/// Returns the text at a JSON pointer.
pub(crate) fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_else(|| panic!("no text at {pointer} in {value}"))
}

/// Returns a user that no other test uses.
pub(crate) fn new_user() -> String {
    format!("usr_{}", uuid::Uuid::new_v4().simple())
}
