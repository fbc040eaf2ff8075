//! Our HTTPS client as the HTTP client of the AWS SDK.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;

use client::https::{Client, Error};

/// Longest response body that is read. A batch of rows, the longest of ours, has 16 MB before it is written as JSON. The
/// SDK's error is that of a response that cannot be read.
const MAX_BODY_BYTES: usize = 32 * 1024 * 1024;

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
            let answer = client
                .exchange(request, MAX_BODY_BYTES)
                .await
                .map_err(connector_error)?;
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

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;
    use std::time::Duration;

    use client::https::{Limits, Trust};
    use http_body_util::BodyExt as _;

    use super::*;

    const LIMITS: Limits = Limits {
        connect: Duration::from_secs(10),
        acknowledge: Duration::from_secs(10),
    };

    /// Answers one request with this number of bytes, and returns the server's address.
    fn server(bytes: usize) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {bytes}\r\n\r\n");
            stream.write_all(head.as_bytes()).unwrap();
            // The client closes the connection before a body that is too long has ended.
            let _ = stream.write_all(&vec![b' '; bytes]);
        });
        url
    }

    /// Returns the number of bytes that the SDK would read, or `None` if it fails.
    async fn read(bytes: usize) -> Option<usize> {
        let client = SdkClient(Client::new(&Trust::compiled_in().unwrap(), LIMITS));
        let mut request = HttpRequest::empty();
        request.set_uri(server(bytes)).unwrap();
        let response = client.call(request).await.unwrap();
        let body = response.into_body().collect().await.ok()?;
        Some(body.to_bytes().len())
    }

    #[tokio::test]
    async fn a_body_is_read_up_to_its_longest() {
        assert_eq!(read(MAX_BODY_BYTES).await, Some(MAX_BODY_BYTES));
        assert_eq!(read(MAX_BODY_BYTES + 1).await, None);
    }
}
