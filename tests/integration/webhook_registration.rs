//! webhook-registration: the expected webhook at Pluggy, after any number of `ensure` commands.

mod watch;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use pluggy::{EventKind, Webhook};
use runtime::clock::now;
use sandbox::{Effect, Fault};
use tests::deployment::{CLIENT_SECRET, WEBHOOK_SECRET, WEBHOOK_URL};
use tests::{Deployment, sample};
use webhook_registration::{Command, Elsewhere, Error, Report};

const ENSURE: &str = r#"{"action":"ensure"}"#;

async fn ensure(deployment: &Deployment) -> Result<Report, Error> {
    webhook_registration::handle(&deployment.webhook_registration(), ENSURE, now()).await
}

async fn registered(deployment: &Deployment) -> Vec<Webhook> {
    deployment.pluggy_client().webhooks(now()).await.unwrap()
}

#[tokio::test]
async fn the_webhook_is_registered_once_with_its_secret_and_all_events() {
    let deployment = Deployment::start().await;

    let created = ensure(&deployment).await.unwrap();
    let again = ensure(&deployment).await.unwrap();

    let Report::Created { webhook_id } = created else {
        panic!("{created:?}");
    };
    assert_eq!(again, Report::Unchanged { webhook_id });
    let webhooks = registered(&deployment).await;
    assert_eq!(webhooks.len(), 1);
    assert_eq!(
        (webhooks[0].url.as_deref(), &webhooks[0].event),
        (Some(WEBHOOK_URL), &EventKind::All)
    );
    assert_eq!(
        webhooks[0].headers.as_ref().unwrap()["x-webhook-secret"],
        WEBHOOK_SECRET
    );
}

#[tokio::test]
async fn a_registration_that_was_changed_is_repaired() {
    let deployment = Deployment::start().await;
    let Report::Created { webhook_id } = ensure(&deployment).await.unwrap() else {
        panic!();
    };
    let headers = [("x-webhook-secret".to_owned(), "old".to_owned())].into();
    let change = pluggy::UpdateWebhookRequest {
        event: Some(EventKind::ItemCreated),
        headers: Some(&headers),
        ..Default::default()
    };
    deployment
        .pluggy_client()
        .update_webhook(webhook_id, &change, now())
        .await
        .unwrap();

    assert_eq!(
        ensure(&deployment).await.unwrap(),
        Report::Updated { webhook_id }
    );

    assert_eq!(
        ensure(&deployment).await.unwrap(),
        Report::Unchanged { webhook_id }
    );
}

#[tokio::test]
async fn a_failure_is_reported_without_a_secret() {
    let deployment = Deployment::start().await;
    deployment.pluggy.add_fault(Fault {
        method: None,
        path_prefix: "/webhooks".to_owned(),
        times: None,
        effect: Effect::Status {
            status: 500,
            code_description: None,
        },
    });

    let error = ensure(&deployment).await.unwrap_err();

    let text = format!("{} {error:?}", client::chain(&error));
    assert!(
        !text.contains(WEBHOOK_SECRET) && !text.contains(CLIENT_SECRET),
        "{text}"
    );
}

/// Starts a webhook that answers `status` to requests with the secret, and 401 to others.
async fn webhook(status: u16) -> String {
    let status = StatusCode::from_u16(status).unwrap();
    let router = Router::new().fallback(async move |headers: HeaderMap| {
        let is_admitted = headers
            .get("x-webhook-secret")
            .is_some_and(|value| value == WEBHOOK_SECRET);
        if is_admitted {
            status
        } else {
            StatusCode::UNAUTHORIZED
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

async fn test_delivery(url: &str) -> Result<Report, Error> {
    let deployment = Deployment::start().await;
    webhook_registration::handle(
        &deployment.webhook_registration_of(url),
        r#"{"action":"test-delivery"}"#,
        now(),
    )
    .await
}

#[tokio::test]
async fn a_test_delivery_carries_the_secret_and_must_be_answered_with_200() {
    assert_eq!(
        test_delivery(&webhook(200).await).await.unwrap(),
        Report::Delivered
    );
    for status in [204, 401, 503] {
        let refused = test_delivery(&webhook(status).await).await.unwrap_err();

        assert!(
            matches!(refused, Error::Refused { status: actual } if actual == status),
            "{refused}"
        );
    }
    let unanswered = test_delivery("http://127.0.0.1:9/").await.unwrap_err();
    assert!(matches!(unanswered, Error::Delivery(_)), "{unanswered}");
}

#[test]
fn the_sample_commands_are_understood_and_no_others() {
    let command = |name: &str| {
        let command = sample::json(&format!("webhook-registration/{name}.json"));
        Command::parse(&command.to_string()).map(|(command, _)| command)
    };
    let ensure = |elsewhere| Command::Ensure { elsewhere };

    assert_eq!(command("ensure"), Ok(ensure(Elsewhere::Keep)));
    assert_eq!(command("ensure-alone"), Ok(ensure(Elsewhere::Delete)));
    assert_eq!(command("test-delivery"), Ok(Command::TestDelivery));
    assert_eq!(command("watch"), Ok(Command::Watch));
    assert_eq!(command("unknown-action").unwrap_err().field, "action");
}

#[tokio::test]
async fn an_invalid_command_is_refused_in_the_report_and_does_nothing() {
    let deployment = Deployment::start().await;
    let command = r#"{"action":"ensure","elsewhere":"move"}"#;

    let report =
        webhook_registration::handle(&deployment.webhook_registration(), command, now()).await;

    let report = serde_json::to_value(report.unwrap()).unwrap();
    assert_eq!(report["result"], "refused");
    assert_eq!(report["field"], "elsewhere");
    assert!(registered(&deployment).await.is_empty());
}
