//! The consumers in `examples/`. They store the transactions that Pluggy has, and fetch only after a webhook event.

use std::collections::BTreeMap;
use std::time::Instant;

use reqwest::Method;
use serde_json::{Value, json};

use crate::connection::{connect, is_in_phase};
use crate::stack::{PATIENCE, POLL_INTERVAL, Row, Stack, json, new_user, text};

/// The known state of a transaction: its amount and status, or `None` if it is deleted.
type Known = Option<(f64, String)>;
/// The transactions of an account, by their ids.
type Transactions = BTreeMap<String, Known>;

#[tokio::test]
async fn both_consumers_store_a_connections_transactions_as_the_bank_has_them() {
    let stack = Stack::running();
    let user = new_user();

    let id = connect(&stack, &user, "user-ok").await;
    let item = stack.item_once(&user, &id, is_in_phase("ready")).await;
    let pluggy = Pluggy::of(&stack).await;
    let accounts = pluggy.accounts(&id).await;
    assert_eq!(accounts.len(), 2);
    let found = pluggy.transactions(&accounts).await;
    assert_eq!(found.values().map(Transactions::len).sum::<usize>(), 40);
    keep(&stack, &found).await;

    // Three more for each account.
    let updated_before = text(&item, "/lastUpdatedAt");
    post(&stack, &format!("/sandbox/items/{id}/sync")).await;
    let is_updated = |item: &Value| {
        item["phase"] == "ready" && item["lastUpdatedAt"].as_str() != Some(updated_before)
    };
    stack.item_once(&user, &id, is_updated).await;
    let more = pluggy.transactions(&accounts).await;
    assert_eq!(more.values().map(Transactions::len).sum::<usize>(), 46);
    keep(&stack, &more).await;

    // The bank settles two transactions and reverses one.
    let account = &accounts[0];
    let changes = json!({ "settle": 2, "delete": 1 });
    let request = stack.sandbox(
        Method::PATCH,
        &format!("/sandbox/accounts/{account}/transactions"),
    );
    let request = request.header("content-type", "application/json");
    let answer = request.body(changes.to_string()).send().await.unwrap();
    assert!(answer.status().is_success());
    let mut wanted = pluggy.transactions(&accounts).await;
    assert_ne!(wanted, more);
    for id in more[account].keys() {
        wanted
            .get_mut(account)
            .unwrap()
            .entry(id.clone())
            .or_insert(None);
    }
    assert_eq!(
        wanted[account]
            .values()
            .filter(|known| known.is_none())
            .count(),
        1
    );
    keep(&stack, &wanted).await;
}

async fn post(stack: &Stack, path: &str) {
    let answer = stack.sandbox(Method::POST, path).send().await.unwrap();
    assert!(answer.status().is_success(), "{path}");
}

/// Waits until both consumers store exactly these transactions.
async fn keep(stack: &Stack, wanted: &BTreeMap<String, Transactions>) {
    let deadline = Instant::now() + PATIENCE;
    for (name, consumer) in stack.consumers() {
        loop {
            let mut kept = BTreeMap::new();
            for account in wanted.keys() {
                let rows = stack
                    .rows(&consumer.table, &format!("ACCOUNT#{account}"))
                    .await;
                kept.insert(account.clone(), rows.iter().map(transaction).collect());
            }
            if kept == *wanted {
                break;
            }
            assert!(
                Instant::now() < deadline,
                "{name} keeps {kept:?}, not {wanted:?}"
            );
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }
}

fn transaction(row: &Row) -> (String, Known) {
    let id = row["sk"].as_s().unwrap();
    let is_deleted = row
        .get("deleted")
        .is_some_and(|flag| *flag.as_bool().unwrap());
    let known = || {
        let amount = row["amount"].as_s().unwrap().parse().unwrap();
        (amount, row["status"].as_s().unwrap().clone())
    };
    (
        id.strip_prefix("TRANSACTION#").unwrap().to_owned(),
        (!is_deleted).then(known),
    )
}

/// A client of Pluggy for the test alone.
struct Pluggy<'a> {
    stack: &'a Stack,
    api_key: String,
}

impl<'a> Pluggy<'a> {
    async fn of(stack: &'a Stack) -> Self {
        Self {
            stack,
            api_key: stack.api_key().await,
        }
    }

    async fn accounts(&self, item_id: &str) -> Vec<String> {
        let found = self.get(&format!("/accounts?itemId={item_id}")).await;
        let results = found["results"].as_array().unwrap();
        results
            .iter()
            .map(|account| text(account, "/id").to_owned())
            .collect()
    }

    /// Returns the transactions of accounts. They fit one page each.
    async fn transactions(&self, accounts: &[String]) -> BTreeMap<String, Transactions> {
        let mut transactions = BTreeMap::new();
        for account in accounts {
            let page = self
                .get(&format!("/v2/transactions?accountId={account}"))
                .await;
            assert_eq!(page["next"], Value::Null);
            let results = page["results"].as_array().unwrap().iter();
            let known = results.map(|transaction| {
                let amount = transaction["amount"].as_f64().unwrap();
                let status = text(transaction, "/status").to_owned();
                (text(transaction, "/id").to_owned(), Some((amount, status)))
            });
            transactions.insert(account.clone(), known.collect());
        }
        transactions
    }

    async fn get(&self, path: &str) -> Value {
        let request = self.stack.sandbox(Method::GET, path);
        let answer = request.header("x-api-key", &self.api_key).send().await;
        json(answer.unwrap()).await
    }
}
