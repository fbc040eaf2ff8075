//! Observed requests to DynamoDB. Each is recorded on its way to the engine, and refused where a test requires it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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

/// The connection of a client to the engine.
#[derive(Clone, Debug)]
pub(crate) struct Observed {
    engine: SharedHttpClient,
    asked: Arc<Mutex<Vec<String>>>,
    refused: Arc<Mutex<Refused>>,
}

/// The requests that the engine answers with 500.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refused {
    Nothing,
    /// An operation on an event's row.
    OnEvents(&'static str),
    Puts,
    Everything,
}

impl Observed {
    /// Returns an observer that records every request and refuses none.
    pub(crate) fn new() -> Self {
        Self {
            engine: aws_smithy_http_client::Builder::new().build_http(),
            asked: Arc::default(),
            refused: Arc::new(Mutex::new(Refused::Nothing)),
        }
    }

    /// Returns an observer that refuses an operation on an event's row.
    pub(crate) fn refusing_on_events(operation: &'static str) -> Self {
        Self::new().with(Refused::OnEvents(operation))
    }

    /// Returns an observer that refuses every put.
    pub(crate) fn refusing_puts() -> Self {
        Self::new().with(Refused::Puts)
    }

    /// Returns an observer that refuses every request.
    pub(crate) fn refusing_everything() -> Self {
        Self::new().with(Refused::Everything)
    }

    /// Refuses every request from now on.
    pub(crate) fn refuse_everything(&self) {
        *locked(&self.refused) = Refused::Everything;
    }

    fn with(self, refused: Refused) -> Self {
        *locked(&self.refused) = refused;
        self
    }

    /// Returns a client for the engine of these tables.
    pub(crate) fn client(&self, tables: &Tables) -> Client {
        client_over(tables.url.as_deref().unwrap(), self.clone())
    }

    /// Returns the requests since the last call, in order: the operation, the table, and whether a read is
    /// consistent.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *locked(&self.asked))
    }

    fn refuses(&self, operation: &str, body: &Value) -> bool {
        let is_of_an_event = ["Item", "Key"]
            .iter()
            .any(|row| body[row].get("sk").is_some());
        match *locked(&self.refused) {
            Refused::Nothing => false,
            Refused::OnEvents(refused) => operation == refused && is_of_an_event,
            Refused::Puts => operation == "PutItem",
            Refused::Everything => true,
        }
    }
}

fn locked<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
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
        locked(&self.observed.asked).push(format!(
            "{operation} {} {}",
            body["TableName"].as_str().unwrap_or_default(),
            body["ConsistentRead"]
        ));
        if self.observed.refuses(&operation, &body) {
            let refusal = r#"{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError"}"#;
            return HttpConnectorFuture::ready(Ok(HttpResponse::new(
                500_u16.try_into().unwrap(),
                refusal.into(),
            )));
        }
        self.engine.call(request)
    }
}
