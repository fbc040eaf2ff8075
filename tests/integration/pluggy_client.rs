//! The client's results for Pluggy's responses.

mod long_bodies;

use std::collections::BTreeMap;
use std::time::Duration;

use client::Error;
use pluggy::{
    CreateWebhookRequest, EventKind, ItemId, ItemStatus, UpdateItemRequest, UpdateWebhookRequest,
};
use runtime::clock::now;
use sandbox::{Effect, Fault};
use serde_json::json;
use tests::Deployment;
use tests::deployment::{WEBHOOK_SECRET, WEBHOOK_URL, eventually};

/// A CPF that no person has.
const CPF: &str = "00000000000";
/// The sandbox's connector with a second factor after the login.
const OPEN_FINANCE_BANK: u32 = 601;

fn unknown_item() -> ItemId {
    "9a7b6c5d-0000-4000-8000-00000000ffff".parse().unwrap()
}

async fn answer_to(effect: Effect) -> (Error, usize) {
    let deployment = Deployment::start().await;
    let client = deployment.pluggy_client();
    client.item(unknown_item(), now()).await.unwrap();
    deployment.pluggy.add_fault(Fault {
        method: Some("GET".to_owned()),
        path_prefix: "/items/".to_owned(),
        times: None,
        effect,
    });

    let error = client.item(unknown_item(), now()).await.unwrap_err();

    (error, deployment.requests_for("POST", "/auth"))
}

fn status(status: u16, code_description: Option<&str>) -> Effect {
    Effect::Status {
        status,
        code_description: code_description.map(str::to_owned),
    }
}

fn assert_unavailable(error: &Error, expected: Option<u16>) {
    let Error::Unavailable { status, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(*status, expected, "{error:?}");
}

#[tokio::test]
async fn a_denial_with_a_code_does_not_renew_the_key() {
    let (error, authentications) = answer_to(status(403, Some("CLIENT_IP_NOT_ALLOWED"))).await;

    let Error::Rejected {
        status: 403, code, ..
    } = error
    else {
        panic!("{error:?}");
    };
    assert_eq!(code.as_deref(), Some("CLIENT_IP_NOT_ALLOWED"));
    assert_eq!(authentications, 1);
}

#[tokio::test]
async fn a_rate_limit_says_how_long_to_wait() {
    let (error, _) = answer_to(Effect::RateLimited { reset_seconds: 17 }).await;

    assert_eq!(error.retry_after(), Some(Duration::from_secs(17)));
}

#[tokio::test]
async fn a_server_error_and_a_lost_connection_are_unavailability() {
    let (error, _) = answer_to(status(503, None)).await;
    assert_unavailable(&error, Some(503));

    let (error, _) = answer_to(Effect::Disconnect).await;
    assert_unavailable(&error, None);
}

#[tokio::test]
async fn no_response_in_time_is_unavailability() {
    let (error, _) = answer_to(Effect::Hang).await;

    assert_unavailable(&error, None);
}

#[tokio::test]
async fn garbage_is_an_unreadable_response_that_is_not_quoted() {
    let (error, _) = answer_to(Effect::Garbage).await;

    assert!(matches!(error, Error::Unreadable(_)), "{error:?}");
}

#[tokio::test]
async fn a_404_of_something_else_does_not_mean_that_the_item_is_gone() {
    let (error, _) = answer_to(status(404, None)).await;

    assert!(
        matches!(
            error,
            Error::Rejected {
                status: 404,
                code: None,
                ..
            }
        ),
        "{error:?}"
    );
}

const USER: &str = "usr_01J9X";

#[tokio::test]
async fn an_item_is_fetched_updated_and_deleted() {
    let deployment = Deployment::start().await;
    let client = deployment.pluggy_client();
    let id = deployment.connect(USER, "user-ok").await;
    deployment.item_reaches(id, "UPDATED").await;

    let update = UpdateItemRequest::default();
    let updating = client
        .update_item(id, &update, now())
        .await
        .unwrap()
        .unwrap();
    assert_eq!((updating.id, updating.status), (id, ItemStatus::Updating));

    let deleted = client.delete_item(id, now()).await.unwrap();
    assert_eq!(deleted.unwrap().count, Some(1));
    assert_eq!(client.item(id, now()).await.unwrap(), None);
    assert_eq!(client.update_item(id, &update, now()).await.unwrap(), None);
    assert_eq!(client.delete_item(id, now()).await.unwrap(), None);
}

#[tokio::test]
async fn a_connector_is_read() {
    let deployment = Deployment::start().await;
    let client = deployment.pluggy_client();

    let one = client.connector(2, now()).await.unwrap().unwrap();
    assert!(one.health.is_some() && one.credentials.is_some_and(|fields| !fields.is_empty()));
    assert_eq!(client.connector(999_999, now()).await.unwrap(), None);
}

#[tokio::test]
async fn a_webhook_is_made_changed_and_removed() {
    let deployment = Deployment::start().await;
    let client = deployment.pluggy_client();
    let headers = BTreeMap::from([("x-webhook-secret".to_owned(), WEBHOOK_SECRET.to_owned())]);
    let request = CreateWebhookRequest {
        url: WEBHOOK_URL,
        event: EventKind::All,
        headers: &headers,
    };

    let id = client.create_webhook(&request, now()).await.unwrap().id;
    let change = UpdateWebhookRequest {
        event: Some(EventKind::ItemError),
        ..Default::default()
    };
    let changed = client
        .update_webhook(id, &change, now())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(changed.event, EventKind::ItemError);
    assert_eq!(
        changed.headers.as_ref(),
        Some(&headers),
        "what is not named stays"
    );

    let deleted = client.delete_webhook(id, now()).await.unwrap();
    assert_eq!(deleted.unwrap().count, Some(1));
    assert!(
        client
            .update_webhook(id, &change, now())
            .await
            .unwrap()
            .is_none()
    );
    assert!(client.delete_webhook(id, now()).await.unwrap().is_none());
}

#[tokio::test]
async fn the_consents_of_a_user_are_read() {
    let deployment = Deployment::start().await;
    let client = deployment.pluggy_client();
    let id = deployment
        .connect_at(OPEN_FINANCE_BANK, USER, &json!({"cpf": CPF}))
        .await;

    let consents = eventually("consent", async || {
        client
            .consents(id, now())
            .await
            .unwrap()
            .results
            .into_iter()
            .next()
    });
    let consent = consents.await;

    assert_eq!(consent.item_id, Some(id));
    assert!(!consent.products.as_ref().unwrap().is_empty() && consent.revoked_at.is_none());
}
