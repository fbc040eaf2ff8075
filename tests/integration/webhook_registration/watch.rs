//! The watch: it reports each fault of our webhook at Pluggy, and `ensure` alone repairs it.

use std::collections::BTreeMap;

use pluggy::{CreateWebhookRequest, EventKind, UpdateWebhookRequest};
use runtime::clock::now;
use sandbox::{Effect, Fault};
use serde_json::Value;
use tests::Deployment;
use tests::deployment::{WEBHOOK_SECRET, WEBHOOK_URL, accepted};
use webhook_registration::{Error, RegistrationProblem, Report};

use super::{ENSURE, ensure, registered};

const ELSEWHERE: &str = "https://zyxwvutsrqponmlkjihgfedcba543210.lambda-url.sa-east-1.on.aws/";
/// SHA-256 of `abc`, from FIPS 180-2, appendix B.1.
const OTHER_SECRET_SHA256: &str =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

const WATCH: &str = r#"{"action":"watch"}"#;

async fn watch(deployment: &Deployment) -> Report {
    webhook_registration::handle(&deployment.webhook_registration(), WATCH, now())
        .await
        .unwrap()
}

fn watched(problems: &[RegistrationProblem]) -> Report {
    Report::Watched {
        problems: problems.iter().copied().collect(),
    }
}

/// Registers our webhook, and then changes it as another person may.
async fn registered_but(change: UpdateWebhookRequest<'_>) -> Deployment {
    let deployment = Deployment::start().await;
    ensure(&deployment).await.unwrap();
    let id = registered(&deployment).await[0].id;
    deployment
        .pluggy_client()
        .update_webhook(id, &change, now())
        .await
        .unwrap();
    deployment
}

async fn register_elsewhere(deployment: &Deployment) {
    let headers = BTreeMap::from([("x-other-header".to_owned(), WEBHOOK_SECRET.to_owned())]);
    let request = CreateWebhookRequest {
        url: ELSEWHERE,
        event: EventKind::All,
        headers: &headers,
    };
    deployment
        .pluggy_client()
        .create_webhook(&request, now())
        .await
        .unwrap();
}

/// Returns how many problems the last line reports, and which; none if they are not known.
fn logged(deployment: &Deployment) -> Option<(u64, Value)> {
    let lines = deployment.metrics.lines();
    let line = lines.last().unwrap();
    let count = line.get("WebhookRegistrationProblems")?.as_u64().unwrap();
    Some((count, line["registration.problems"].clone()))
}

/// Asserts the problems that the watch reports about a deployment, before and after a repair.
async fn check(deployment: Deployment, repair: &str, expected: &[RegistrationProblem]) {
    assert_eq!(watch(&deployment).await, watched(expected));
    let named = serde_json::to_value(expected).unwrap();
    assert_eq!(logged(&deployment), Some((expected.len() as u64, named)));
    assert_eq!(
        watch(&deployment).await,
        watched(expected),
        "the watch itself repairs nothing"
    );

    webhook_registration::handle(&deployment.webhook_registration(), repair, now())
        .await
        .unwrap();

    assert_eq!(watch(&deployment).await, watched(&[]));
    let end = Some((0, Value::Array(vec![])));
    assert_eq!(
        logged(&deployment),
        end,
        "an alarm ends by a zero, not by silence"
    );
}

#[tokio::test]
async fn a_missing_webhook_is_reported_and_registered() {
    check(
        Deployment::start().await,
        ENSURE,
        &[RegistrationProblem::Missing],
    )
    .await;
}

#[tokio::test]
async fn a_disabled_webhook_is_reported_and_enabled() {
    let change = UpdateWebhookRequest {
        enabled: Some(false),
        ..UpdateWebhookRequest::default()
    };

    check(
        registered_but(change).await,
        ENSURE,
        &[RegistrationProblem::Disabled],
    )
    .await;
}

#[tokio::test]
async fn a_webhook_for_some_events_only_is_reported_and_widened() {
    let change = UpdateWebhookRequest {
        event: Some(EventKind::ItemUpdated),
        ..UpdateWebhookRequest::default()
    };

    check(
        registered_but(change).await,
        ENSURE,
        &[RegistrationProblem::NotAllEvents],
    )
    .await;
}

#[tokio::test]
async fn a_webhook_with_another_secret_is_reported_and_given_ours() {
    let headers = BTreeMap::from([("x-webhook-secret".to_owned(), "old".to_owned())]);
    let change = UpdateWebhookRequest {
        headers: Some(&headers),
        ..UpdateWebhookRequest::default()
    };

    check(
        registered_but(change).await,
        ENSURE,
        &[RegistrationProblem::SecretRefused],
    )
    .await;
}

#[tokio::test]
async fn a_webhook_with_our_secret_elsewhere_is_reported_and_deleted_only_on_request() {
    let deployment = Deployment::start().await;
    register_elsewhere(&deployment).await;

    ensure(&deployment).await.unwrap();

    assert_eq!(registered(&deployment).await.len(), 2);
    let alone = r#"{"action":"ensure","elsewhere":"delete"}"#;
    check(deployment, alone, &[RegistrationProblem::Elsewhere]).await;
}

#[tokio::test]
async fn the_secret_is_compared_with_the_deployed_digests_and_not_with_the_stored_secret() {
    let deployment = Deployment::start().await;
    ensure(&deployment).await.unwrap();
    let mut mistyped = deployment.webhook_registration();
    mistyped.accepted = accepted(OTHER_SECRET_SHA256);

    let reported = webhook_registration::handle(&mistyped, WATCH, now()).await;
    let refused = webhook_registration::handle(&mistyped, ENSURE, now()).await;

    assert_eq!(
        reported.unwrap(),
        watched(&[RegistrationProblem::SecretRefused])
    );
    assert!(
        matches!(refused, Err(Error::SecretNotAccepted)),
        "{refused:?}"
    );
    let url = registered(&deployment).await[0].url.clone();
    assert_eq!(url.as_deref(), Some(WEBHOOK_URL));
}

#[tokio::test]
async fn an_unreachable_pluggy_leaves_the_conditions_open() {
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

    let report = watch(&deployment).await;

    assert_eq!(report, Report::Unknown);
    assert_eq!(
        logged(&deployment),
        None,
        "silence raises an alarm of its own"
    );
    let lines = deployment.metrics.lines();
    assert_eq!(lines.len(), 1);
    assert!(!Value::from(lines).to_string().contains(WEBHOOK_SECRET));
}

#[tokio::test]
async fn a_webhook_on_a_later_page_is_found() {
    let deployment = Deployment::start().await;
    ensure(&deployment).await.unwrap();
    deployment.pluggy.set_switches(sandbox::Switches {
        one_webhook_a_page: true,
        ..sandbox::Switches::default()
    });
    for event in [EventKind::ItemCreated, EventKind::ItemUpdated] {
        let request = CreateWebhookRequest {
            url: ELSEWHERE,
            event,
            headers: &BTreeMap::new(),
        };
        deployment
            .pluggy_client()
            .create_webhook(&request, now())
            .await
            .unwrap();
    }

    assert_eq!(registered(&deployment).await.len(), 3);
    assert_eq!(watch(&deployment).await, watched(&[]));
}
