//! Calls during a failure to make or share a key.

use aws_sdk_dynamodb::types::AttributeValue;
use client::{Client, Error};
use jiff::{SignedDuration, Timestamp};
use runtime::clock::now;
use sandbox::{Effect, Fault, Switches};
use store::SharedApiKey;
use tests::Deployment;
use tests::deployment::{CLIENT_SECRET, client_at};
use tests::secrets::secrets;

use super::{ours, unknown_item};
use crate::observed::Observed;

fn authentications(deployment: &Deployment) -> usize {
    deployment.requests_for("POST", "/auth")
}

/// Returns a client of a process whose requests to the table are observed.
fn client_over(deployment: &Deployment, observed: &Observed) -> Client {
    let table = SharedApiKey::new(
        observed.client(&deployment.tables),
        deployment.tables.credentials.clone(),
    );
    client_at(deployment.pluggy.url(), secrets(CLIENT_SECRET), table)
}

/// Returns a moment when every process must renew a new key that still works.
async fn nearly_the_end(deployment: &Deployment) -> Timestamp {
    let table = deployment.tables.credential_store();
    let stored = table.api_key(ours()).await.unwrap().unwrap();
    stored.expires_at - SignedDuration::from_mins(4)
}

#[tokio::test]
async fn a_rate_limit_of_authentication_is_kept_as_long_as_it_says() {
    let deployment = Deployment::start().await;
    deployment.pluggy.add_fault(Fault {
        method: None,
        path_prefix: "/auth".to_owned(),
        times: Some(1),
        effect: Effect::RateLimited { reset_seconds: 23 },
    });
    let client = deployment.pluggy_client();
    let start = now();

    for (seconds, left) in [(0, 23), (1, 22), (22, 1)] {
        let at = start + SignedDuration::from_secs(seconds);
        let error = client.item(unknown_item(), at).await.unwrap_err();
        assert_eq!(error.retry_after().unwrap().as_secs(), left, "{error:?}");
    }
    assert_eq!(authentications(&deployment), 1);

    let at = start + SignedDuration::from_secs(23);
    assert_eq!(client.item(unknown_item(), at).await.unwrap(), None);
    assert_eq!(authentications(&deployment), 2);
}

#[tokio::test]
async fn a_renewal_that_pluggy_does_not_answer_is_not_tried_with_each_call() {
    let deployment = Deployment::start().await;
    let client = deployment.pluggy_client();
    client.item(unknown_item(), now()).await.unwrap();
    let late = nearly_the_end(&deployment).await;
    deployment.pluggy.add_fault(Fault {
        method: None,
        path_prefix: "/auth".to_owned(),
        times: None,
        effect: Effect::Status {
            status: 500,
            code_description: None,
        },
    });

    for seconds in [0, 1, 2, 30, 59] {
        let at = late + SignedDuration::from_secs(seconds);
        assert_eq!(client.item(unknown_item(), at).await.unwrap(), None);
    }
    assert_eq!(authentications(&deployment), 2, "one try in the minute");

    deployment.pluggy.clear_faults();
    let at = late + SignedDuration::from_secs(60);
    assert_eq!(client.item(unknown_item(), at).await.unwrap(), None);
    assert_eq!(authentications(&deployment), 3);
}

#[tokio::test]
async fn a_renewal_that_fails_leaves_the_key_that_still_works() {
    let deployment = Deployment::start().await;
    let client = deployment.pluggy_client();
    client.item(unknown_item(), now()).await.unwrap();
    let late = nearly_the_end(&deployment).await;
    deployment.pluggy.set_switches(Switches {
        reject_secrets: true,
        ..Switches::default()
    });

    for client in [&client, &deployment.pluggy_client()] {
        for seconds in [0, 1, 59] {
            let at = late + SignedDuration::from_secs(seconds);
            assert_eq!(client.item(unknown_item(), at).await.unwrap(), None);
        }
    }
    assert_eq!(
        authentications(&deployment),
        3,
        "each process has tried once within the minute"
    );

    let after = late + SignedDuration::from_mins(5);
    let answer = client.item(unknown_item(), after).await;
    assert!(
        matches!(answer, Err(Error::CredentialsRefused { .. })),
        "{answer:?}"
    );
}

#[tokio::test]
async fn without_the_table_a_process_has_its_own_key_or_none_is_made() {
    let deployment = Deployment::start().await;
    let warm = client_over(&deployment, &Observed::new());
    warm.item(unknown_item(), now()).await.unwrap();
    let late = nearly_the_end(&deployment).await;
    let down = Observed::refusing_everything();
    let cold = client_over(&deployment, &down);

    assert_eq!(warm.item(unknown_item(), now()).await.unwrap(), None);
    for at in [now(), late] {
        let answer = cold.item(unknown_item(), at).await;
        assert!(matches!(answer, Err(Error::KeyStore(_))), "{answer:?}");
    }

    assert_eq!(authentications(&deployment), 1);
    assert!(!down.take().is_empty());
}

#[tokio::test]
async fn a_process_with_a_key_that_works_outlives_the_table() {
    let deployment = Deployment::start().await;
    let way = Observed::new();
    let client = client_over(&deployment, &way);
    client.item(unknown_item(), now()).await.unwrap();
    let late = nearly_the_end(&deployment).await;
    way.refuse_everything();

    assert_eq!(client.item(unknown_item(), late).await.unwrap(), None);

    let after = late + SignedDuration::from_mins(5);
    let answer = client.item(unknown_item(), after).await;
    assert!(matches!(answer, Err(Error::KeyStore(_))), "{answer:?}");
    assert_eq!(authentications(&deployment), 1);
}

#[tokio::test]
async fn a_key_that_cannot_be_stored_is_used_by_its_process() {
    let deployment = Deployment::start().await;
    let client = client_over(&deployment, &Observed::refusing_puts());

    for _ in 0..3 {
        assert_eq!(client.item(unknown_item(), now()).await.unwrap(), None);
    }

    assert_eq!(authentications(&deployment), 1);
}

#[tokio::test]
async fn a_shared_key_that_cannot_be_read_is_replaced_once() {
    for (attribute, value) in [
        ("apiKey", AttributeValue::N("1".to_owned())),
        ("issuedAt", AttributeValue::S("yesterday".to_owned())),
        ("expiresAt", AttributeValue::Bool(true)),
        ("clientId", AttributeValue::S("nobody".to_owned())),
    ] {
        let deployment = Deployment::start().await;
        let tables = &deployment.tables;
        let an_hour_ago = now() - SignedDuration::from_hours(1);
        deployment
            .pluggy_client()
            .item(unknown_item(), an_hour_ago)
            .await
            .unwrap();
        let mut row = tables.rows(&tables.credentials).await.remove(0);
        row.insert(attribute.to_owned(), value);
        let put = tables.client.put_item().table_name(&tables.credentials);
        put.set_item(Some(row)).send().await.unwrap();

        for _ in 0..3 {
            let client = deployment.pluggy_client();
            assert_eq!(client.item(unknown_item(), now()).await.unwrap(), None);
        }

        assert_eq!(authentications(&deployment), 2, "{attribute}");
    }
}
