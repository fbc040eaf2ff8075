//! A fake of AWS Secrets Manager with one secret, in the AWS JSON 1.1 protocol.
//!
//! Source: <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html>

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::post;
use serde_json::{Value, json};

use crate::StartError;
use crate::aws_json::{AwsJson, target};
use crate::lock::lock;
use crate::server::{Task, serve};

const GET_SECRET_VALUE: &str = "secretsmanager.GetSecretValue";

/// A service that serves until it is dropped.
#[derive(Debug)]
pub struct SecretsManager {
    address: SocketAddr,
    secret: Arc<Secret>,
    _server: Task,
}

struct Secret {
    arn: String,
    value: Mutex<String>,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Secret")
            .field("arn", &self.arn)
            .finish_non_exhaustive()
    }
}

impl SecretsManager {
    /// Starts a service with the secret `arn` and this value.
    pub async fn start(arn: &str, value: &str) -> Result<Self, StartError> {
        let secret = Arc::new(Secret {
            arn: arn.to_owned(),
            value: Mutex::new(value.to_owned()),
        });
        let router = Router::new()
            .route("/", post(call))
            .with_state(Arc::clone(&secret));
        let (address, server) = serve(router).await?;
        Ok(Self {
            address,
            secret,
            _server: server,
        })
    }

    /// Returns the service's URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Changes the secret's value.
    pub fn set(&self, value: &str) {
        value.clone_into(&mut lock(&self.secret.value));
    }
}

async fn call(State(secret): State<Arc<Secret>>, headers: HeaderMap, body: Bytes) -> Response {
    if target(&headers) != Some(GET_SECRET_VALUE) {
        return AwsJson::V1_1.unknown_operation();
    }
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    if request.get("SecretId").and_then(Value::as_str) != Some(&secret.arn) {
        return AwsJson::V1_1.refusal(
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret.",
        );
    }
    let value = lock(&secret.value).clone();
    let answer = json!({
        "ARN": secret.arn,
        "Name": secret.arn.rsplit(':').next(),
        "VersionId": "00000000-0000-4000-8000-000000000001",
        "VersionStages": ["AWSCURRENT"],
        "SecretString": value,
    });
    AwsJson::V1_1.answer(&answer)
}
