//! The shared API key: the requests to `POST /auth`, and the calls that need none.

mod outages;
mod renewal;

use client::Error;
use client::StoredApiKey;
use jiff::SignedDuration;
use pluggy::{ClientId, ItemId};
use runtime::clock::now;
use tests::Deployment;
use tests::deployment::{CLIENT_ID, CLIENT_SECRET};
use tests::secrets::{secrets, secrets_of};

const OTHER_APPLICATION: &str = "22222222-0000-4000-8000-000000000003";

fn ours() -> ClientId {
    CLIENT_ID.parse().unwrap()
}

fn unknown_item() -> ItemId {
    "9a7b6c5d-0000-4000-8000-00000000ffff".parse().unwrap()
}

#[tokio::test]
async fn one_key_serves_all_calls_of_all_processes() {
    let deployment = Deployment::start().await;

    for _ in 0..3 {
        let process = deployment.pluggy_client();
        for _ in 0..2 {
            assert_eq!(process.item(unknown_item(), now()).await.unwrap(), None);
        }
    }

    assert_eq!(deployment.requests_for("POST", "/auth"), 1);
}

#[tokio::test]
async fn a_ready_process_requests_no_key() {
    let deployment = Deployment::start().await;
    let other = deployment.pluggy_client();
    other.item(unknown_item(), now()).await.unwrap();
    let process = deployment.pluggy_client();

    process.open(now()).await;
    let tables = &deployment.tables;
    let table = tables.client.delete_table().table_name(&tables.credentials);
    table.send().await.unwrap();
    process.item(unknown_item(), now()).await.unwrap();

    assert_eq!(deployment.requests_for("POST", "/auth"), 1);
}

#[tokio::test]
async fn startup_makes_no_key_and_sends_pluggy_no_request() {
    let deployment = Deployment::start().await;

    deployment.pluggy_client().open(now()).await;

    assert_eq!(deployment.pluggy.requests().len(), 0);
}

#[tokio::test]
async fn a_refused_key_is_renewed_once_and_the_call_repeated_once() {
    let deployment = Deployment::start().await;
    let client = deployment.pluggy_client();
    client.item(unknown_item(), now()).await.unwrap();
    deployment.pluggy.expire_api_keys();

    let in_two_minutes = now() + SignedDuration::from_mins(2);
    assert_eq!(
        client.item(unknown_item(), in_two_minutes).await.unwrap(),
        None
    );

    assert_eq!(deployment.requests_for("POST", "/auth"), 2);
    assert_eq!(
        deployment.requests_for("GET", &format!("/items/{}", unknown_item())),
        3
    );
}

#[tokio::test]
async fn a_key_that_was_just_made_is_not_renewed() {
    let deployment = Deployment::start().await;
    let client = deployment.pluggy_client();
    client.item(unknown_item(), now()).await.unwrap();
    deployment.pluggy.expire_api_keys();

    let answer = client.item(unknown_item(), now()).await;

    assert!(matches!(answer, Err(Error::KeyRefused)), "{answer:?}");
    assert_eq!(deployment.requests_for("POST", "/auth"), 1);
}

#[tokio::test]
async fn a_key_that_another_process_renewed_is_taken_over() {
    let deployment = Deployment::start().await;
    let (one, other) = (deployment.pluggy_client(), deployment.pluggy_client());
    one.item(unknown_item(), now()).await.unwrap();
    other.item(unknown_item(), now()).await.unwrap();
    deployment.pluggy.expire_api_keys();
    let in_two_minutes = now() + SignedDuration::from_mins(2);

    one.item(unknown_item(), in_two_minutes).await.unwrap();
    other.item(unknown_item(), in_two_minutes).await.unwrap();

    assert_eq!(deployment.requests_for("POST", "/auth"), 2);
}

#[tokio::test]
async fn a_key_is_renewed_before_it_expires() {
    let deployment = Deployment::start().await;
    let client = deployment.pluggy_client();
    client.item(unknown_item(), now()).await.unwrap();

    client
        .item(unknown_item(), now() + SignedDuration::from_mins(119))
        .await
        .unwrap();

    assert_eq!(deployment.requests_for("POST", "/auth"), 2);
}

#[tokio::test]
async fn credentials_that_were_refused_are_not_tried_again_for_a_minute() {
    let deployment = Deployment::start().await;
    let client = deployment.pluggy_client_with(secrets("wrong"));
    let start = now();

    for seconds in [0, 1, 59] {
        let answer = client
            .item(unknown_item(), start + SignedDuration::from_secs(seconds))
            .await;
        let Err(Error::CredentialsRefused { status, code }) = answer else {
            panic!("{answer:?}");
        };
        assert_eq!(
            (status, code.as_deref()),
            (401, Some("CLIENT_KEYS_UNAUTHORIZED"))
        );
    }
    assert_eq!(deployment.requests_for("POST", "/auth"), 1);

    assert!(
        client
            .item(unknown_item(), start + SignedDuration::from_secs(61))
            .await
            .is_err()
    );
    assert_eq!(deployment.requests_for("POST", "/auth"), 2);
}

#[tokio::test]
async fn an_older_key_never_replaces_a_newer_one() {
    let deployment = Deployment::start().await;
    let table = deployment.tables.credential_store();
    let key = |text: &str, age| StoredApiKey {
        key: text.to_owned().into(),
        client_id: ours(),
        issued_at: now() - SignedDuration::from_secs(age),
        expires_at: now() + SignedDuration::from_hours(1),
    };

    table.put_api_key(&key("newer", 0)).await.unwrap();
    table.put_api_key(&key("older", 60)).await.unwrap();

    assert_eq!(
        table.api_key(ours()).await.unwrap().unwrap().key.expose(),
        "newer"
    );
}

#[tokio::test]
async fn credentials_of_another_application_are_not_used() {
    let deployment = Deployment::start().await;
    let client = deployment.pluggy_client_with(secrets_of(OTHER_APPLICATION, CLIENT_SECRET));

    let answer = client.item(unknown_item(), now()).await;

    assert!(matches!(answer, Err(Error::OtherApplication)), "{answer:?}");
    assert_eq!(deployment.pluggy.requests().len(), 0);
}

#[tokio::test]
async fn a_shared_key_of_another_application_is_replaced() {
    let deployment = Deployment::start().await;
    let theirs = StoredApiKey {
        key: "theirs".to_owned().into(),
        client_id: OTHER_APPLICATION.parse().unwrap(),
        issued_at: now() + SignedDuration::from_secs(5),
        expires_at: now() + SignedDuration::from_hours(2),
    };
    let table = deployment.tables.credential_store();
    table.put_api_key(&theirs).await.unwrap();

    let answer = deployment.pluggy_client().item(unknown_item(), now()).await;

    assert!(matches!(answer, Ok(None)), "{answer:?}");
    let stored = table.api_key(ours()).await.unwrap().unwrap();
    assert_ne!(stored.key.expose(), "theirs");
}
