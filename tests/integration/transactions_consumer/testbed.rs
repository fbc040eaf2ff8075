//! A bank connection at the sandbox, and the consumer with a table of its own.

use std::collections::{BTreeMap, BTreeSet};

use pluggy::{AccountId, ItemId, Transaction, TransactionFilter};
use runtime::clock::now;
use serde_json::{Value, json};
use tests::Deployment;
use tests::deployment::{eventually, in_a_minute};
use tests::tables::Row;
use transactions_rust::{App, Batch, Table, handle};

/// The detail types that the rule of the example selects.
pub(crate) const CREATED: &str = "webhook.transactions/created";
pub(crate) const UPDATED: &str = "webhook.transactions/updated";
pub(crate) const DELETED: &str = "webhook.transactions/deleted";

const USER: &str = "usr_01J9X";
const PATH: &str = "/v2/transactions";

/// A connected account whose transactions have not been fetched.
pub(crate) struct Testbed {
    pub(crate) deployment: Deployment,
    pub(crate) item_id: ItemId,
    pub(crate) account_id: AccountId,
    pub(crate) app: App,
    table: String,
    /// The number of the test's own requests for transactions.
    own_requests: std::cell::Cell<usize>,
}

impl Testbed {
    pub(crate) async fn connected(bank_user: &str) -> Self {
        let deployment = Deployment::start().await;
        let item_id = deployment.connect(USER, bank_user).await;
        deployment.item_reaches(item_id, "UPDATED").await;
        let pluggy = deployment.pluggy_client();
        let accounts = pluggy.accounts(item_id, now()).await.unwrap();
        let account_id = accounts.results[0].id;
        let table = deployment.tables.create_sorted().await;
        let app = App {
            pluggy,
            table: Table::new(deployment.tables.client.clone(), table.clone()),
        };
        Self {
            deployment,
            item_id,
            account_id,
            app,
            table,
            own_requests: std::cell::Cell::default(),
        }
    }

    /// Returns an event about the account, with these fields in its body.
    pub(crate) fn event(&self, number: u32, detail_type: &str, fields: Value) -> String {
        let mut body = json!({ "itemId": self.item_id, "accountId": self.account_id });
        extend(&mut body, fields);
        event(number, detail_type, body)
    }

    /// Feeds the consumer these messages at once, and returns those to be retried.
    pub(crate) async fn receive(&self, bodies: &[String]) -> Vec<usize> {
        receive(&self.app, bodies).await
    }

    /// Applies an event about the new account. The table then has all of its transactions.
    pub(crate) async fn receive_created(&self) {
        let failed = self.receive(&[self.event(1, CREATED, json!({}))]).await;
        assert_eq!(failed, [0; 0]);
    }

    /// Returns all transactions of the account, newest first.
    pub(crate) async fn at_pluggy(&self) -> Vec<Transaction> {
        let client = self.deployment.pluggy_client();
        let all = TransactionFilter::default();
        let mut transactions = Vec::new();
        let mut after = None;
        loop {
            let page = client.transactions(self.account_id, &all, after.as_ref(), now());
            let page = page.await.unwrap().unwrap();
            self.own_requests.update(|own_requests| own_requests + 1);
            transactions.extend(page.results);
            match page.next {
                Some(next) => after = Some(next),
                None => return transactions,
            }
        }
    }

    /// Lets Pluggy find new transactions, and returns them.
    pub(crate) async fn sync(&self) -> Vec<Transaction> {
        let before = id_texts(&self.at_pluggy().await);
        let item_id = self.item_id.to_string().parse().unwrap();
        assert!(self.deployment.pluggy.sync(item_id));
        let all = eventually("new transactions", async || {
            let all = self.at_pluggy().await;
            (all.len() > before.len()).then_some(all)
        })
        .await;
        let is_new = |one: &Transaction| !before.contains(&one.id.to_string());
        all.into_iter().filter(is_new).collect()
    }

    /// Lets the bank settle the newest transactions and reverse the oldest.
    pub(crate) fn change_at_bank(&self, settled: usize, deleted: usize) {
        let account_id = self.account_id.to_string().parse().unwrap();
        let pluggy = &self.deployment.pluggy;
        assert!(pluggy.change_transactions(account_id, settled, deleted));
    }

    /// Lets the bank reverse the oldest transactions, and returns their ids.
    pub(crate) async fn reverse(&self, count: usize) -> BTreeSet<String> {
        let before = id_texts(&self.at_pluggy().await);
        self.change_at_bank(0, count);
        let after = id_texts(&self.at_pluggy().await);
        before.difference(&after).cloned().collect()
    }

    /// Deletes the item at Pluggy, and the account with it.
    pub(crate) async fn delete_item(&self) {
        let client = self.deployment.pluggy_client();
        let deleted = client.delete_item(self.item_id, now()).await;
        assert!(deleted.unwrap().is_some());
    }

    /// Returns the number of the consumer's requests for transactions.
    pub(crate) fn requests(&self) -> usize {
        self.deployment.requests_for("GET", PATH) - self.own_requests.get()
    }

    /// Returns the rows of the account's transactions, by their ids.
    pub(crate) async fn kept(&self) -> BTreeMap<String, Row> {
        let partition = format!("ACCOUNT#{}", self.account_id);
        let rows = self.rows_under(&partition).await;
        let with_id = |row: Row| {
            let id = row["sk"].as_s().unwrap().strip_prefix("TRANSACTION#");
            (id.unwrap().to_owned(), row)
        };
        rows.into_iter().map(with_id).collect()
    }

    /// Returns the ids of the transactions that are not deleted.
    pub(crate) async fn live(&self) -> BTreeSet<String> {
        let kept = self.kept().await.into_iter();
        kept.filter(|(_, row)| !row.contains_key("deleted"))
            .map(|(id, _)| id)
            .collect()
    }

    /// Returns the rows of the events that were applied.
    pub(crate) async fn applied(&self) -> Vec<Row> {
        self.rows_under("EVENT#").await
    }

    async fn rows_under(&self, prefix: &str) -> Vec<Row> {
        let rows = self.deployment.tables.rows(&self.table).await;
        rows.into_iter()
            .filter(|row| row["pk"].as_s().unwrap().starts_with(prefix))
            .collect()
    }
}

/// Feeds a consumer these messages at once, and returns those to be retried.
pub(crate) async fn receive(app: &App, bodies: &[String]) -> Vec<usize> {
    let answer = handle(app, &batch(bodies), now(), in_a_minute()).await;
    numbers(&serde_json::to_value(answer).unwrap())
}

/// Returns these messages as the batch that Lambda makes of them.
pub(crate) fn batch(bodies: &[String]) -> Batch {
    let records: Vec<Value> = bodies
        .iter()
        .enumerate()
        .map(|(number, body)| {
            json!({
                "messageId": format!("message-{number}"),
                "receiptHandle": "MessageReceiptHandle",
                "body": body,
                "attributes": { "ApproximateReceiveCount": "1" },
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:sa-east-1:123456789012:transactions",
                "awsRegion": "sa-east-1",
            })
        })
        .collect();
    serde_json::from_value(json!({ "Records": records })).unwrap()
}

/// Returns the messages that a response names.
pub(crate) fn numbers(answer: &Value) -> Vec<usize> {
    let failures = answer["batchItemFailures"].as_array().unwrap();
    failures
        .iter()
        .map(|failure| {
            let id = failure["itemIdentifier"].as_str().unwrap();
            id.strip_prefix("message-").unwrap().parse().unwrap()
        })
        .collect()
}

/// Returns an event as the bus puts it into the queue, with these fields in the body that Pluggy sent.
pub(crate) fn event(number: u32, detail_type: &str, fields: Value) -> String {
    let name = detail_type.strip_prefix("webhook.").unwrap_or(detail_type);
    let mut body = json!({ "event": name, "eventId": uuid::Uuid::new_v4() });
    extend(&mut body, fields);
    json!({
        "version": "0",
        "id": uuid::Uuid::new_v4(),
        "detail-type": detail_type,
        "source": "pluggy-lambda",
        "account": "123456789012",
        "time": "2026-11-23T12:00:00Z",
        "region": "sa-east-1",
        "resources": [],
        "detail": {
            "schemaVersion": 1,
            "id": format!("{number:064x}"),
            "event": name,
            "receivedAt": "2026-11-23T12:00:00.123Z",
            "itemId": body["itemId"],
            "body": body,
            "truncated": false,
            "bodyReference": null,
        },
    })
    .to_string()
}

pub(crate) fn id_texts(transactions: &[Transaction]) -> BTreeSet<String> {
    transactions.iter().map(|one| one.id.to_string()).collect()
}

fn extend(body: &mut Value, fields: Value) {
    let fields = fields.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(fields);
}
