//! The content of the log, and the values that it must never contain.

mod audit;
mod capture;
mod login_link;
mod personal_claim;
mod user_ids;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use axum::Router;
use axum::http::StatusCode;
use runtime::clock::now;
use sandbox::{Effect, Fault};
use serde_json::json;
use store::PluggySecrets;

use client::chain;
use tests::deployment::{
    CLIENT_ID, CLIENT_SECRET, WEBHOOK_SECRET, WEBHOOK_SECRET_SHA256, in_a_minute,
};
use tests::{Deployment, sample, stream};

use crate::transactions_consumer::testbed::{CREATED, Testbed};
pub(crate) use capture::Log;

const USER: &str = "usr_01J9X";
/// A text that is in a body where Pluggy would have something personal.
const PERSONAL: &str = "Maria of the Savings Bank";

fn fault(path_prefix: &str, effect: Effect) -> Fault {
    Fault {
        method: None,
        path_prefix: path_prefix.to_owned(),
        times: None,
        effect,
    }
}

#[tokio::test]
async fn the_example_in_rust_logs_nothing_of_an_account() {
    let log = Log::start();
    let testbed = Testbed::connected("user-ok").await;
    let transactions = testbed.at_pluggy().await;
    let description = transactions[0].description.as_deref().unwrap();
    let account_id = testbed.account_id.to_string();

    let failed = testbed
        .receive(&[
            testbed.event(1, CREATED, json!({})),
            testbed.event(1, CREATED, json!({})),
            testbed.event(2, CREATED, json!({ "accountId": PERSONAL })),
            json!({ "detail": { "id": PERSONAL } }).to_string(),
            PERSONAL.to_owned(),
        ])
        .await;
    testbed
        .deployment
        .pluggy
        .add_fault(fault("/v2/transactions", Effect::Disconnect));
    let unanswered = testbed
        .receive(&[testbed.event(3, CREATED, json!({}))])
        .await;

    assert_eq!((failed, unanswered), (vec![2, 3, 4], vec![0]));
    for line in ["event applied", "event known already", "event failed"] {
        assert!(log.text().contains(line), "{line}");
    }
    log.assert_lacks(&[description, &account_id, PERSONAL, CLIENT_SECRET]);
}

#[tokio::test]
async fn the_whole_life_of_a_connection_logs_nothing_secret_or_personal() {
    let log = Log::start();
    let deployment = Deployment::start().await;
    tracing::info!("what follows is logged");
    let item_id = deployment.connect(USER, "user-ok").await;
    let key = deployment
        .tables
        .credential_store()
        .api_key(CLIENT_ID.parse().unwrap())
        .await
        .unwrap()
        .unwrap()
        .key;
    let event = json!({
        "event": "item/error", "eventId": "1", "itemId": item_id, "clientUserId": USER,
        "error": {"code": "ACCOUNT_NEEDS_ACTION", "message": PERSONAL},
    });

    deployment.deliver(&event).await;
    deployment.deliver(&event).await;
    deployment
        .deliver(&json!({"event": "item/error", "eventId": "1", "note": PERSONAL}))
        .await;
    deployment.deliver(&json!([PERSONAL])).await;
    deployment.sync_all().await;
    deployment.status_of(USER, item_id).await;
    deployment.status_of("usr_2", item_id).await;
    for user in ["usr_2", USER] {
        let request = sample::delete_item(user, &item_id.to_string());
        disconnect::handle(&deployment.disconnect(), request, now()).await;
    }

    log.assert_lacks(&[
        USER,
        "usr_2",
        PERSONAL,
        WEBHOOK_SECRET,
        CLIENT_SECRET,
        key.expose(),
    ]);
    let counted = deployment.metrics.lines();
    assert!(counted.len() > 4, "four deliveries, and what came of them");
    for line in counted {
        let line = line.to_string();
        for secret in [USER, "usr_2", PERSONAL, WEBHOOK_SECRET, CLIENT_SECRET] {
            assert!(!line.contains(secret), "{secret} in {line}");
        }
    }
}

#[tokio::test]
async fn unauthenticated_webhook_requests_raise_no_error_and_are_not_quoted() {
    let log = Log::start();
    let deployment = Deployment::start().await;
    let webhook = deployment.webhook(WEBHOOK_SECRET_SHA256);
    tracing::info!("what follows is logged");

    for sample in ["no-secret", "wrong-secret", "get"] {
        let request = sample::request(&format!("webhook/{sample}.json"));
        webhook::handle(Some(&webhook), request, now()).await;
    }

    assert!(!log.text().contains(r#""level":"ERROR""#), "{}", log.text());
    let wrong = sample::json("webhook/wrong-secret.json")["headers"]["x-webhook-secret"].clone();
    let secrets = [wrong.as_str().unwrap(), WEBHOOK_SECRET, USER];
    log.assert_lacks(&secrets);
    let counted = format!("{:?}", deployment.metrics.lines());
    for secret in secrets {
        assert!(!counted.contains(secret), "{secret} in {counted}");
    }
}

#[tokio::test]
async fn a_webhook_that_is_not_set_up_is_logged_as_an_error() {
    let log = Log::start();
    let deployment = Deployment::start().await;
    let without_secret = deployment.webhook("");

    for app in [None, Some(&without_secret)] {
        let request = sample::request("webhook/item-created.json");
        webhook::handle(app, request, now()).await;
    }

    let errors = log.text().matches(r#""level":"ERROR""#).count();
    assert_eq!(errors, 2, "{}", log.text());
}

#[tokio::test]
async fn a_failure_that_retries_cannot_fix_is_logged_as_an_error() {
    let cases = [
        (Effect::Garbage, "ERROR"),
        (
            Effect::Status {
                status: 403,
                code_description: Some("CLIENT_IP_NOT_ALLOWED".to_owned()),
            },
            "ERROR",
        ),
        (
            Effect::Status {
                status: 500,
                code_description: None,
            },
            "WARN",
        ),
        (Effect::RateLimited { reset_seconds: 5 }, "WARN"),
    ];
    for (effect, level) in cases {
        let deployment = Deployment::start().await;
        let item_id = deployment.connect(USER, "user-ok").await;
        deployment
            .deliver(&json!({"event": "item/created", "eventId": "1", "itemId": item_id}))
            .await;
        deployment
            .pluggy
            .add_fault(fault("/items/", effect.clone()));
        let log = Log::start();

        let batch = stream::batch(&deployment.tables.event_rows().await);
        item_sync::handle(&deployment.item_sync(), &batch, now(), in_a_minute()).await;

        let text = log.text();
        let line = text
            .lines()
            .find(|line| {
                line.contains("item not fetched") || line.contains("pluggy limits our calls")
            })
            .unwrap();
        assert!(
            line.contains(&format!(r#""level":"{level}""#)),
            "{effect:?} {line}"
        );
    }
}

#[tokio::test]
async fn a_list_that_the_contract_lacks_is_an_error_that_names_the_parameter() {
    let deployment = Deployment::start().await;
    let log = Log::start();

    discovery::handle(&deployment.discovery(), now(), in_a_minute())
        .await
        .unwrap();

    let text = log.text();
    let errors: Vec<_> = text
        .lines()
        .filter(|line| line.contains(r#""level":"ERROR""#))
        .collect();
    assert!(
        matches!(errors[..], [line] if line.contains("DiscoverItems")),
        "{text}"
    );
}

/// Starts a fake AWS service that answers 200 with JSON that the SDK cannot parse, and with a secret in it.
async fn garbled_service() -> String {
    let body = format!(r#"{{"Item":{{"apiKey":{{"S":"{PERSONAL}"#);
    service(StatusCode::OK, body).await
}

/// Starts a fake AWS service that answers every request alike.
async fn service(status: StatusCode, body: String) -> String {
    let router = Router::new().fallback(async move || (status, body));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

#[tokio::test]
async fn an_answer_of_aws_that_cannot_be_read_is_not_quoted() {
    let url = garbled_service().await;
    let client = tests::tables::client(&url);
    let items = store::Items::new(client.clone(), "items".to_owned());
    let credentials = store::SharedApiKey::new(client, "credentials".to_owned());
    let secrets_manager = aws_sdk_secretsmanager::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(url)
        .region(Region::new("sa-east-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "tests"))
        .http_client(aws_smithy_http_client::Builder::new().build_http());
    let secrets = PluggySecrets::new(
        aws_sdk_secretsmanager::Client::from_conf(secrets_manager.build()),
        "pluggy-lambda/test".to_owned(),
    );

    let errors: [Box<dyn std::error::Error>; 3] = [
        Box::new(
            items
                .get("9a7b6c5d-0000-4000-8000-000000000001".parse().unwrap())
                .await
                .unwrap_err(),
        ),
        Box::new(
            credentials
                .api_key(CLIENT_ID.parse().unwrap())
                .await
                .unwrap_err(),
        ),
        Box::new(secrets.read().await.unwrap_err()),
    ];

    for error in errors {
        let text = format!("{} {error:?}", chain(error.as_ref()));
        assert!(!text.contains(PERSONAL), "{text}");
    }
}

#[tokio::test]
async fn a_throttled_call_says_what_dynamodb_throttled() {
    // DynamoDB writes the name of this field in two ways.
    for (code, field) in [
        ("ThrottlingException", "throttlingReasons"),
        (
            "ProvisionedThroughputExceededException",
            "ThrottlingReasons",
        ),
        ("RequestLimitExceeded", "ThrottlingReasons"),
    ] {
        let body = json!({
            "__type": format!("com.amazonaws.dynamodb.v20120810#{code}"),
            "message": PERSONAL,
            field: [{
                "reason": "IndexWriteKeyRangeThroughputExceeded",
                "resource": "arn:aws:dynamodb:sa-east-1:123456789012:table/items/index/byOwner",
            }],
        });
        let url = service(StatusCode::BAD_REQUEST, body.to_string()).await;
        let client = tests::tables::client(&url);
        let once = client
            .config()
            .to_builder()
            .retry_config(RetryConfig::disabled());
        let client = aws_sdk_dynamodb::Client::from_conf(once.build());
        let items = store::Items::new(client, "items".to_owned());

        let error = items
            .get("9a7b6c5d-0000-4000-8000-000000000001".parse().unwrap())
            .await
            .unwrap_err();

        let text = format!("{} {error:?}", chain(&error));
        let cause = "(IndexWriteKeyRangeThroughputExceeded of items/index/byOwner)";
        assert!(text.contains(&format!("{code} {cause}")), "{text}");
        assert!(!text.contains(PERSONAL), "{text}");
    }
}

#[tokio::test]
async fn a_hint_that_is_not_stored_is_logged_as_an_error_once() {
    let log = Log::start();
    let deployment = Deployment::start().await;
    deployment.tables.renew_hints(USER).await;
    let mut app = deployment.connect_events();
    let client = tests::tables::client(&garbled_service().await);
    app.events = store::Events::new(client, "events".to_owned());

    let request = sample::request("connect-events/on-success.json");
    let answer = connect_events::handle(&app, request, now()).await;

    assert_eq!(answer.status(), 503);
    let errors = log.text().matches(r#""level":"ERROR""#).count();
    assert_eq!(errors, 1, "{}", log.text());
    log.assert_lacks(&[USER, PERSONAL]);
}
