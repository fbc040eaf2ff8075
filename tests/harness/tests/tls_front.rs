//! An https endpoint as AWS's are, before a server that knows only http.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use harness::{EventBus, TestAuthority, TlsFront};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

const BUS: &str = "arn:aws:events:sa-east-1:123456789012:event-bus/pluggy-lambda";

#[tokio::test]
async fn requests_over_one_connection_arrive_after_one_handshake() {
    let authority = TestAuthority::new().unwrap();
    let bus = EventBus::start(BUS, 1).await.unwrap();
    let front = TlsFront::start(&authority, &bus.url()).await.unwrap();
    let client = client(&[&authority]);

    for _ in 0..3 {
        let answer = describe_bus(&client, &front.url()).await.unwrap();
        assert!(answer.contains(BUS), "{answer}");
    }

    assert_eq!((front.handshakes(), front.requests()), (1, 3));
}

#[tokio::test]
async fn whoever_trusts_another_authority_is_not_served() {
    let authority = TestAuthority::new().unwrap();
    let bus = EventBus::start(BUS, 1).await.unwrap();
    let front = TlsFront::start(&authority, &bus.url()).await.unwrap();
    let other = TestAuthority::new().unwrap();

    for client in [client(&[]), client(&[&other])] {
        assert!(describe_bus(&client, &front.url()).await.is_err());
    }

    assert_eq!((front.handshakes(), front.requests()), (0, 0));
}

#[tokio::test]
async fn without_an_upstream_the_gateway_is_bad() {
    let authority = TestAuthority::new().unwrap();
    let front = TlsFront::start(&authority, "http://127.0.0.1:1")
        .await
        .unwrap();

    let answer = client(&[&authority]).get(front.url()).send().await.unwrap();

    assert_eq!(answer.status(), 502);
}

/// A client that trusts these alone, and makes no secret of what it speaks.
fn client(authorities: &[&TestAuthority]) -> reqwest::Client {
    let mut roots = RootCertStore::empty();
    for authority in authorities {
        let root = CertificateDer::from_pem_file(authority.bundle()).unwrap();
        roots.add(root).unwrap();
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let client = reqwest::Client::builder().tls_backend_preconfigured(tls);
    client.build().unwrap()
}

async fn describe_bus(client: &reqwest::Client, url: &str) -> reqwest::Result<String> {
    let request = client
        .post(url)
        .header("X-Amz-Target", "AWSEvents.DescribeEventBus")
        .header("Content-Type", "application/x-amz-json-1.1")
        .body(format!(r#"{{"Name":"{BUS}"}}"#));
    request.send().await?.text().await
}
