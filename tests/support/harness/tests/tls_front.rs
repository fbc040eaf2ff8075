//! An https endpoint like AWS's, before a plain http server.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use client::https::{Client, Error, Limits};
use harness::{EventBus, TestAuthority, TlsFront};
use hyper::{Request, StatusCode};
use runtime::env::Environment;

const BUS: &str = "arn:aws:events:sa-east-1:123456789012:event-bus/pluggy-lambda";
const LIMIT: Duration = Duration::from_secs(5);

#[tokio::test]
async fn requests_over_one_connection_arrive_after_one_handshake() {
    let authority = TestAuthority::new().unwrap();
    let bus = EventBus::start(BUS, 1).await.unwrap();
    let front = TlsFront::start(&authority, &bus.url()).await.unwrap();
    let client = client(Some(&authority));

    for _ in 0..3 {
        let answer = describe_bus(&client, &front.url()).await.unwrap();
        assert!(answer.contains(BUS), "{answer}");
    }

    assert_eq!((front.handshakes(), front.requests()), (1, 3));
}

#[tokio::test]
async fn a_client_that_trusts_another_authority_is_not_served() {
    let authority = TestAuthority::new().unwrap();
    let bus = EventBus::start(BUS, 1).await.unwrap();
    let front = TlsFront::start(&authority, &bus.url()).await.unwrap();
    let other = TestAuthority::new().unwrap();

    for client in [client(None), client(Some(&other))] {
        let refused = describe_bus(&client, &front.url()).await;
        assert!(matches!(refused, Err(Error::Connect(_))), "{refused:?}");
    }

    assert_eq!((front.handshakes(), front.requests()), (0, 0));
}

#[tokio::test]
async fn without_an_upstream_the_response_is_bad_gateway() {
    let authority = TestAuthority::new().unwrap();
    let front = TlsFront::start(&authority, "http://127.0.0.1:1")
        .await
        .unwrap();

    let request = Request::get(front.url()).body(Vec::new()).unwrap();
    let answer = client(Some(&authority)).send(request, LIMIT).await.unwrap();

    assert_eq!(answer.status(), StatusCode::BAD_GATEWAY);
}

#[tokio::test]
async fn a_connection_that_was_opened_serves_the_first_request() {
    let authority = TestAuthority::new().unwrap();
    let bus = EventBus::start(BUS, 1).await.unwrap();
    let front = TlsFront::start(&authority, &bus.url()).await.unwrap();
    let client = client(Some(&authority));

    client.open(&front.url().parse().unwrap(), LIMIT).await;
    // The client completes the handshake before the server does.
    let handshake = async {
        while front.handshakes() == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LIMIT, handshake).await.unwrap();
    for _ in 0..2 {
        describe_bus(&client, &front.url()).await.unwrap();
    }

    assert_eq!((front.handshakes(), front.requests()), (1, 2));
}

#[tokio::test]
async fn a_connection_that_cannot_be_opened_is_left_to_the_first_request() {
    let authority = TestAuthority::new().unwrap();
    let bus = EventBus::start(BUS, 1).await.unwrap();
    let front = TlsFront::start(&authority, &bus.url()).await.unwrap();
    let client = client(Some(&authority));

    client
        .open(&"https://127.0.0.1:1".parse().unwrap(), LIMIT)
        .await;
    client
        .open(&front.url().parse().unwrap(), Duration::ZERO)
        .await;

    assert!(describe_bus(&client, &front.url()).await.is_ok());
}

/// Returns a client that trusts only this authority on the loopback.
fn client(authority: Option<&TestAuthority>) -> Client {
    let bundle = authority.map(|authority| authority.bundle().to_str().unwrap().to_owned());
    let environment = Environment::from_lookup(move |name| {
        bundle.clone().filter(|_| name == "LOOPBACK_CA_BUNDLE")
    });
    let limits = Limits {
        connect: LIMIT,
        acknowledge: LIMIT,
    };
    Client::new(&runtime::trust(&environment).unwrap(), limits)
}

async fn describe_bus(client: &Client, url: &str) -> Result<String, Error> {
    let request = Request::post(url)
        .header("X-Amz-Target", "AWSEvents.DescribeEventBus")
        .header("Content-Type", "application/x-amz-json-1.1")
        .body(format!(r#"{{"Name":"{BUS}"}}"#).into_bytes())
        .unwrap();
    let answer = client.send(request, LIMIT).await?;
    Ok(String::from_utf8(answer.into_body().unwrap().to_vec()).unwrap())
}
