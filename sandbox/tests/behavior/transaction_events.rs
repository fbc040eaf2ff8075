use std::collections::BTreeSet;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::{CLIENT_ID, Pluggy, eventually};
use crate::endpoint::{Endpoint, listening};
use crate::transactions::{connected, pages, texts};

/// Waits for `count` events with a name about an account, and returns them.
async fn events_about(
    endpoint: &Endpoint,
    name: &str,
    account_id: &str,
    count: usize,
) -> Vec<Value> {
    let published = || -> Vec<Value> {
        let bodies = endpoint.received().into_iter().map(|one| one.body);
        bodies
            .filter(|body| body["event"] == name && body["accountId"] == account_id)
            .collect()
    };
    eventually(name, || published().len() >= count).await;
    assert_eq!(published().len(), count);
    published()
}

/// Follows an event's link to version 2 of the API, and returns the transactions there.
async fn at_link(pluggy: &Pluggy, event: &Value) -> Vec<Value> {
    let link = event["createdTransactionsLinkV2"].as_str().unwrap();
    let query = link.strip_prefix("https://api.pluggy.ai/v2/transactions");
    pages(pluggy, query.unwrap().to_owned()).await.concat()
}

fn ids(events: &[Value]) -> BTreeSet<String> {
    let ids = events
        .iter()
        .flat_map(|event| event["transactionIds"].as_array().unwrap());
    ids.map(|id| id.as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn created_events_match_the_transactions_of_the_api() {
    let (pluggy, endpoint) = listening().await;
    let (item_id, account_id) = connected(&pluggy, "user-ok-perf-2").await;

    let first = events_about(&endpoint, "transactions/created", &account_id, 1).await;
    assert_eq!(first[0]["transactionsCount"], 40);
    assert_eq!(at_link(&pluggy, &first[0]).await.len(), 40);

    assert!(pluggy.sandbox.sync(item_id));
    let both = events_about(&endpoint, "transactions/created", &account_id, 2).await;
    let second = both.iter().find(|event| **event != first[0]).unwrap();
    let new = at_link(&pluggy, second).await;
    assert_eq!(second["transactionsCount"], new.len());
    assert_eq!(
        texts(&new, "date").iter().min().map(String::as_str),
        second["transactionsMinDate"].as_str()
    );
    let created_at = second["transactionsCreatedAtFrom"].as_str().unwrap();
    assert!(
        texts(&new, "createdAt")
            .iter()
            .all(|text| text == created_at)
    );
    assert_eq!(second["itemId"], item_id.to_string());
    let all = pages(&pluggy, format!("?accountId={account_id}")).await;
    assert_eq!(all.concat().len(), 40 + new.len());
}

#[tokio::test]
async fn settled_transactions_are_published_as_updated_and_read_differently() {
    let (pluggy, endpoint) = listening().await;
    let (_, account_id) = connected(&pluggy, "user-ok").await;
    let query = format!("?accountId={account_id}");
    let before = pages(&pluggy, query.clone()).await.concat();

    let path = format!("/sandbox/accounts/{account_id}/transactions");
    let answer = pluggy.patch(&path, json!({ "settle": 2 })).await;

    assert_eq!(answer.status, 202);
    let events = events_about(&endpoint, "transactions/updated", &account_id, 1).await;
    assert_eq!(events[0]["clientId"], CLIENT_ID.to_string());
    let newest = texts(&before[..2], "id").into_iter().collect();
    assert_eq!(ids(&events), newest);
    let after = pages(&pluggy, query).await.concat();
    assert_eq!(after[2..], before[2..]);
    for (after, before) in after.iter().zip(&before).take(2) {
        assert_eq!(after["id"], before["id"]);
        assert_eq!(after["status"], "POSTED");
        assert_eq!(after["createdAt"], before["createdAt"]);
        assert_ne!(after["amount"], before["amount"]);
        assert!(after["updatedAt"].as_str() > before["updatedAt"].as_str());
    }
}

#[tokio::test]
async fn transactions_that_the_bank_takes_back_are_published_as_deleted_and_gone() {
    let (pluggy, endpoint) = listening().await;
    let (_, account_id) = connected(&pluggy, "user-ok").await;
    let query = format!("?accountId={account_id}");
    let before = pages(&pluggy, query.clone()).await.concat();

    let account = account_id.parse().unwrap();
    assert!(pluggy.sandbox.change_transactions(account, 0, 3));

    let events = events_about(&endpoint, "transactions/deleted", &account_id, 1).await;
    assert_eq!(
        ids(&events),
        texts(&before[17..], "id").into_iter().collect()
    );
    assert_eq!(pages(&pluggy, query).await.concat(), before[..17]);
}

#[tokio::test]
async fn no_event_names_more_updates_than_one_request_can_contain() {
    let (pluggy, endpoint) = listening().await;
    let (_, account_id) = connected(&pluggy, "user-ok-perf-50").await;

    let account = account_id.parse().unwrap();
    assert!(pluggy.sandbox.change_transactions(account, 900, 0));

    let events = events_about(&endpoint, "transactions/updated", &account_id, 3).await;
    let count = |event: &Value| event["transactionIds"].as_array().unwrap().len();
    let mut counts: Vec<_> = events.iter().map(count).collect();
    counts.sort_unstable();
    assert_eq!(counts, [100, 400, 400]);
    assert_eq!(ids(&events).len(), 900);
}

#[tokio::test]
async fn an_account_that_is_not_there_does_not_change() {
    let pluggy = Pluggy::start().await;
    let path = format!("/sandbox/accounts/{}/transactions", Uuid::nil());

    assert_eq!(
        pluggy.patch(&path, json!({ "delete": 1 })).await.status,
        409
    );
    assert_eq!(
        pluggy.patch(&path, json!({ "remove": 1 })).await.status,
        400
    );
}

#[tokio::test]
async fn nothing_new_is_published_without_a_consent() {
    let (pluggy, endpoint) = listening().await;
    let body = json!({ "connectorId": 601, "parameters": { "cpf": "00000000000" } });
    let created = pluggy.post("/items", body).await.body;
    let item_id = created["id"].as_str().unwrap().parse().unwrap();
    pluggy.item_once(item_id, "SUCCESS").await;
    let count = || {
        let is_about_transactions = |name: &&String| name.starts_with("transactions/");
        endpoint
            .events()
            .iter()
            .filter(is_about_transactions)
            .count()
    };
    eventually("both accounts have events", || count() == 2).await;
    assert!(pluggy.sandbox.revoke_consent(item_id));

    assert!(pluggy.sandbox.sync(item_id));

    endpoint.received_once("item/updated").await;
    // Deliveries are in order, so an unexpected transaction event would have arrived before this one.
    pluggy.delete(&format!("/items/{item_id}")).await;
    endpoint.received_once("item/deleted").await;
    assert_eq!(count(), 2);
}
