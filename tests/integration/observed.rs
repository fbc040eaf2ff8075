//! What is asked of DynamoDB: noted on its way to the engine, and refused where a test says so.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::Client;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use serde_json::Value;
use tests::Tables;
use tests::tables::client_over;

/// A client's way to the engine.
#[derive(Clone, Debug)]
pub(crate) struct Observed {
    engine: SharedHttpClient,
    asked: Arc<Mutex<Vec<String>>>,
    refused: Option<&'static str>,
}

impl Observed {
    /// Notes everything and refuses nothing.
    pub(crate) fn new() -> Self {
        Self {
            engine: aws_smithy_http_client::Builder::new().build_http(),
            asked: Arc::default(),
            refused: None,
        }
    }

    /// The engine answers 500 to an operation on an event's row.
    pub(crate) fn refusing(operation: &'static str) -> Self {
        Self {
            refused: Some(operation),
            ..Self::new()
        }
    }

    /// A client for the engine of these tables.
    pub(crate) fn client(&self, tables: &Tables) -> Client {
        client_over(tables.url.as_deref().unwrap(), self.clone())
    }

    /// What was asked since the last time that this was asked for, in its order: the operation and
    /// the table, and whether a read must see every write before it.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl HttpClient for Observed {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector {
            observed: self.clone(),
            engine: self.engine.http_connector(settings, components),
        })
    }
}

#[derive(Debug)]
struct Connector {
    observed: Observed,
    engine: SharedHttpConnector,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap().to_owned();
        let body: Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        self.observed
            .asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(format!(
                "{operation} {} {}",
                body["TableName"].as_str().unwrap_or_default(),
                body["ConsistentRead"]
            ));
        let row = if operation == "PutItem" {
            &body["Item"]
        } else {
            &body["Key"]
        };
        if self.observed.refused == Some(operation.as_str()) && row.get("sk").is_some() {
            let refusal = r#"{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError"}"#;
            return HttpConnectorFuture::ready(Ok(HttpResponse::new(
                500_u16.try_into().unwrap(),
                refusal.into(),
            )));
        }
        self.engine.call(request)
    }
}
