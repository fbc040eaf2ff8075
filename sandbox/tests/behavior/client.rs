use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::header::HeaderMap;
use hyper::{Method, Request};
use hyper_util::client::legacy::Client as HttpClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use sandbox::{Running, Settings};
use secrecy::SecretString;
use serde_json::{Value, json};
use uuid::Uuid;

pub(crate) const CLIENT_ID: Uuid = Uuid::from_u128(0x1111_1111_0000_4000_8000_0000_0000_0003);
pub(crate) const CLIENT_SECRET: &str = "pluggy_sk_example";

/// At this scale a login takes milliseconds, and a question stays open for a second.
const TIME_SCALE: u32 = 100;
/// At this scale hours pass in less than a second.
const HURRIED_TIME_SCALE: u32 = 20_000;
/// Longer than any test should wait. Reaching it is a failure.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn settings() -> Settings {
    Settings {
        time_scale: TIME_SCALE,
        allow_loopback_webhooks: true,
        ..Settings::new(CLIENT_ID, SecretString::from(CLIENT_SECRET))
    }
}

/// Returns settings for tests of processes that take minutes or hours at Pluggy.
pub(crate) fn hurried() -> Settings {
    Settings {
        time_scale: HURRIED_TIME_SCALE,
        ..settings()
    }
}

/// A sandbox and a client that calls it.
pub(crate) struct Pluggy {
    pub(crate) sandbox: Running,
    http: HttpClient<HttpConnector, Full<Bytes>>,
    api_key: String,
}

/// A response with its body as text and as JSON, or null for another body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    pub(crate) body: Value,
}

impl Pluggy {
    pub(crate) async fn start() -> Self {
        Self::start_with(settings()).await
    }

    pub(crate) async fn start_with(settings: Settings) -> Self {
        let mut pluggy = Self {
            sandbox: sandbox::start(settings).await.unwrap(),
            http: HttpClient::builder(TokioExecutor::new()).build_http(),
            api_key: String::new(),
        };
        pluggy.api_key = pluggy.new_api_key().await;
        pluggy
    }

    pub(crate) async fn new_api_key(&self) -> String {
        let answer = self.authenticate(CLIENT_SECRET).await;
        answer.body["apiKey"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn authenticate(&self, client_secret: &str) -> Answer {
        let body = json!({ "clientId": CLIENT_ID, "clientSecret": client_secret });
        self.send(Method::POST, "/auth", None, Some(body)).await
    }

    pub(crate) async fn connect_token(&self, body: Value) -> String {
        let answer = self.post("/connect_token", body).await;
        answer.body["accessToken"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, Some(&self.api_key), None)
            .await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(&self.api_key), Some(body))
            .await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PATCH, path, Some(&self.api_key), Some(body))
            .await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, Some(&self.api_key), None)
            .await
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        key: Option<&str>,
        body: Option<Value>,
    ) -> Answer {
        self.try_send(method, path, key, body).await.unwrap()
    }

    /// Sends a request. An error means that the connection broke before a response.
    pub(crate) async fn try_send(
        &self,
        method: Method,
        path: &str,
        key: Option<&str>,
        body: Option<Value>,
    ) -> Result<Answer, hyper_util::client::legacy::Error> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.sandbox.url()))
            .header("content-type", "application/json");
        if let Some(key) = key {
            request = request.header("x-api-key", key);
        }
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        self.exchange(request.body(Full::from(body)).unwrap()).await
    }

    /// Sends a request as a page in a browser does.
    pub(crate) async fn get_from_browser(&self, path: &str) -> Answer {
        let request = Request::get(format!("{}{path}", self.sandbox.url()))
            .header("x-api-key", &self.api_key)
            .header("sec-fetch-site", "same-origin")
            .body(Full::default())
            .unwrap();
        self.exchange(request).await.unwrap()
    }

    pub(crate) async fn post_form(&self, path: &str, form: &str) -> Answer {
        let request = Request::post(format!("{}{path}", self.sandbox.url()))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Full::from(form.to_owned()))
            .unwrap();
        self.exchange(request).await.unwrap()
    }

    async fn exchange(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<Answer, hyper_util::client::legacy::Error> {
        let response = self.http.request(request).await?;
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Ok(Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            text: String::from_utf8_lossy(&body).into_owned(),
            body: serde_json::from_slice(&body).unwrap_or_default(),
        })
    }

    /// Connects a sandbox user with the API key and returns the id of the new item.
    pub(crate) async fn connect(&self, connector_id: u32, user: &str) -> Uuid {
        let answer = self.post("/items", login(connector_id, user)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body["id"].as_str().unwrap().parse().unwrap()
    }

    /// Waits until an item has an execution status, and returns the item.
    pub(crate) async fn item_once(&self, id: Uuid, execution_status: &str) -> Value {
        let has_status = |item: &Value| item["executionStatus"] == execution_status;
        self.get_once(&format!("/items/{id}"), execution_status, has_status)
            .await
    }

    /// Waits until the response at a path meets a condition, and returns it.
    pub(crate) async fn get_once(
        &self,
        path: &str,
        what: &str,
        is_so: impl Fn(&Value) -> bool,
    ) -> Value {
        let waiting = async {
            loop {
                let body = self.get(path).await.body;
                if is_so(&body) {
                    return body;
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting)
            .await
            .unwrap_or_else(|_| panic!("never happened: {what}"))
    }
}

/// Returns the body of a request that connects a sandbox user.
pub(crate) fn login(connector_id: u32, user: &str) -> Value {
    json!({
        "connectorId": connector_id,
        "parameters": { "user": user, "password": "password-ok" },
    })
}

/// Waits until a condition holds.
pub(crate) async fn eventually(what: &str, condition: impl Fn() -> bool) {
    let waiting = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    assert!(
        tokio::time::timeout(PATIENCE, waiting).await.is_ok(),
        "never happened: {what}"
    );
}
