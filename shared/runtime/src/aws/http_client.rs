//! Our HTTPS client as the HTTP client of the AWS SDK.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;

use client::https::{Client, Error};

/// The HTTP client for the SDK.
#[derive(Clone, Debug)]
pub(super) struct SdkClient(pub(super) Client);

/// The client applies the time limits of a connection, the SDK those of a call.
impl HttpClient for SdkClient {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for SdkClient {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = self.0.clone();
        HttpConnectorFuture::new(async move {
            let request = request
                .try_into_http1x()
                .map_err(|error| ConnectorError::user(error.into()))?;
            let request = request.map(http_body_util::BodyExt::boxed_unsync);
            let answer = client.exchange(request).await.map_err(connector_error)?;
            HttpResponse::try_from(answer.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// Converts an error so that the SDK retries lost requests.
fn connector_error(error: Error) -> ConnectorError {
    match error {
        Error::Connect(_) => ConnectorError::io(error.into()).never_connected(),
        Error::Lost(_) => ConnectorError::io(error.into()),
        Error::Request(_) => ConnectorError::user(error.into()),
        Error::TimedOut => ConnectorError::timeout(error.into()),
    }
}
