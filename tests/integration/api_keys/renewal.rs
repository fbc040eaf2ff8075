//! The renewal of keys: the times at which a key is made, and at which the existing key is used.

use client::Client;
use client::StoredApiKey;
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use runtime::clock::now;
use tests::Deployment;
use tests::deployment::CLIENT_SECRET;
use tests::secrets::{rotating_secrets, secrets};

use super::{ours, unknown_item};

/// The number of processes that start at once.
const PROCESSES: usize = 12;

fn authentications(deployment: &Deployment) -> usize {
    deployment.requests_for("POST", "/auth")
}

async fn call(client: &Client, at: Timestamp) {
    assert_eq!(client.item(unknown_item(), at).await.unwrap(), None);
}

/// Stores a shared key that works, made by another process.
async fn share_a_key(deployment: &Deployment) -> StoredApiKey {
    call(&deployment.pluggy_client(), now()).await;
    let stored = deployment.tables.credential_store().api_key(ours()).await;
    stored.unwrap().unwrap()
}

#[tokio::test]
async fn while_the_shared_key_is_fresh_no_process_makes_one() {
    let deployment = Deployment::start().await;
    share_a_key(&deployment).await;

    let processes: Vec<_> = (0..PROCESSES).map(|_| deployment.pluggy_client()).collect();
    join_all(processes.iter().map(|client| call(client, now()))).await;

    assert_eq!(authentications(&deployment), 1, "the first one's");
}

#[tokio::test]
async fn processes_that_start_together_make_one_key_each_at_most_and_then_none() {
    let deployment = Deployment::start().await;

    let processes: Vec<_> = (0..PROCESSES).map(|_| deployment.pluggy_client()).collect();
    let calls = processes.iter().flat_map(|client| [client; 3]);
    join_all(calls.map(|client| call(client, now()))).await;
    let made = authentications(&deployment);
    assert!((1..=PROCESSES).contains(&made), "{made}");

    let newcomers: Vec<_> = (0..PROCESSES).map(|_| deployment.pluggy_client()).collect();
    let all = processes.iter().chain(&newcomers);
    join_all(all.map(|client| call(client, now()))).await;
    assert_eq!(authentications(&deployment), made);
}

#[tokio::test]
async fn a_key_is_renewed_within_ten_minutes_of_its_end_and_no_earlier() {
    let deployment = Deployment::start().await;
    let ends_at = share_a_key(&deployment).await.expires_at;
    let processes: Vec<_> = (0..PROCESSES).map(|_| deployment.pluggy_client()).collect();

    let early = ends_at - SignedDuration::from_secs(10 * 60 + 1);
    join_all(processes.iter().map(|client| call(client, early))).await;
    assert_eq!(authentications(&deployment), 1);

    let late = ends_at - SignedDuration::from_secs(5 * 60 - 1);
    call(&processes[0], late).await;
    assert_eq!(authentications(&deployment), 2);
    join_all(processes.iter().map(|client| call(client, late))).await;
    assert_eq!(authentications(&deployment), 2, "the others take it over");
}

#[tokio::test]
async fn processes_renew_at_different_times() {
    let deployment = Deployment::start().await;
    let shared = share_a_key(&deployment).await;
    let middle = shared.expires_at - SignedDuration::from_secs(7 * 60 + 30);

    let mut renewals = 0;
    for _ in 0..40 {
        let before = authentications(&deployment);
        call(&deployment.pluggy_client(), middle).await;
        renewals += authentications(&deployment) - before;
        // Each process finds the earlier key, not the renewal of another process.
        defer(&deployment, &shared).await;
    }

    assert!((1..40).contains(&renewals), "{renewals} of 40 processes");
}

/// Restores the earlier key in the table.
async fn defer(deployment: &Deployment, key: &StoredApiKey) {
    let tables = &deployment.tables;
    for row in tables.rows(&tables.credentials).await {
        let delete = tables.client.delete_item().table_name(&tables.credentials);
        delete.key("pk", row["pk"].clone()).send().await.unwrap();
    }
    tables.credential_store().put_api_key(key).await.unwrap();
}

#[tokio::test]
async fn many_calls_of_one_process_share_one_renewal() {
    let deployment = Deployment::start().await;
    let client = deployment.pluggy_client();
    call(&client, now()).await;
    deployment.pluggy.expire_api_keys();

    let in_two_minutes = now() + SignedDuration::from_mins(2);
    join_all((0..PROCESSES).map(|_| call(&client, in_two_minutes))).await;

    assert_eq!(authentications(&deployment), 2);
}

#[tokio::test]
async fn a_refused_key_is_dropped_only_while_it_is_the_shared_one() {
    let deployment = Deployment::start().await;
    let slow = deployment.pluggy_client();
    call(&slow, now()).await;
    deployment.pluggy.expire_api_keys();
    let in_two_minutes = now() + SignedDuration::from_mins(2);
    call(&deployment.pluggy_client(), in_two_minutes).await;
    let table = deployment.tables.credential_store();
    let renewed = table.api_key(ours()).await.unwrap().unwrap();

    call(&slow, in_two_minutes).await;

    let stored = table.api_key(ours()).await.unwrap().unwrap();
    assert_eq!(stored.key.expose(), renewed.key.expose());
    assert_eq!(authentications(&deployment), 2);
}

#[tokio::test]
async fn a_rotated_client_secret_heals_by_itself_within_a_minute_of_being_stored() {
    let deployment = Deployment::start().await;
    let start = now();
    let old = share_a_key(&deployment).await;
    deployment.pluggy.set_client_secret("pluggy_sk_new".into());
    // Secrets Manager returns the old secret on the first read, and then the new one.
    let client = deployment.pluggy_client_with(rotating_secrets(&[CLIENT_SECRET, "pluggy_sk_new"]));

    call(&client, start).await;
    assert_eq!(authentications(&deployment), 1, "keys outlive their secret");

    let after = old.expires_at + SignedDuration::from_secs(1);
    for seconds in [0, 30, 59] {
        let at = after + SignedDuration::from_secs(seconds);
        assert!(client.item(unknown_item(), at).await.is_err());
    }
    assert_eq!(authentications(&deployment), 2, "the old one, once");

    for seconds in [60, 61, 120] {
        call(&client, after + SignedDuration::from_secs(seconds)).await;
    }
    assert_eq!(authentications(&deployment), 3, "the new one, once");
    call(
        &deployment.pluggy_client_with(secrets(CLIENT_SECRET)),
        after + SignedDuration::from_secs(121),
    )
    .await;
    assert_eq!(authentications(&deployment), 3, "and it is shared");
}
