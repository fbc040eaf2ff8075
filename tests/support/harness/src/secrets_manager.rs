//! A fake of AWS Secrets Manager with a few secrets, in the AWS JSON 1.1 protocol.
//!
//! Source: <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html>

use std::collections::HashMap;
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
    secrets: Arc<Secrets>,
    _server: Task,
}

/// The values by the ARN or name with which they are requested.
#[derive(Default)]
struct Secrets(Mutex<HashMap<String, String>>);

impl std::fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Secrets").finish_non_exhaustive()
    }
}

impl SecretsManager {
    /// Starts a service with the secret `arn` and this value.
    pub async fn start(arn: &str, value: &str) -> Result<Self, StartError> {
        let secrets = Arc::new(Secrets::default());
        let router = Router::new()
            .route("/", post(call))
            .with_state(Arc::clone(&secrets));
        let (address, server) = serve(router).await?;
        let service = Self {
            address,
            secrets,
            _server: server,
        };
        service.set(arn, value);
        Ok(service)
    }

    /// Returns the service's URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stores the secret `arn`, or changes its value.
    pub fn set(&self, arn: &str, value: &str) {
        lock(&self.secrets.0).insert(arn.to_owned(), value.to_owned());
    }
}

async fn call(State(secrets): State<Arc<Secrets>>, headers: HeaderMap, body: Bytes) -> Response {
    if target(&headers) != Some(GET_SECRET_VALUE) {
        return AwsJson::V1_1.unknown_operation();
    }
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    let arn = request.get("SecretId").and_then(Value::as_str);
    let arn = arn.unwrap_or_default();
    let Some(value) = lock(&secrets.0).get(arn).cloned() else {
        return AwsJson::V1_1.refusal(
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret.",
        );
    };
    let answer = json!({
        "ARN": arn,
        "Name": arn.rsplit(':').next(),
        "VersionId": "00000000-0000-4000-8000-000000000001",
        "VersionStages": ["AWSCURRENT"],
        "SecretString": value,
    });
    AwsJson::V1_1.answer(&answer)
}
