//! The data at Pluggy, and the expected table of an example.

use std::collections::{BTreeMap, BTreeSet};

use pluggy::{AccountId, ItemId, Transaction, TransactionFilter};
use runtime::clock::now;
use tests::Deployment;
use tests::tables::Row;

/// The key of a transaction's row.
type Key = (String, String);

/// All transactions of some items, and those that the bank has reversed.
pub(super) struct Truth {
    live: BTreeMap<Key, Transaction>,
    deleted: BTreeSet<Key>,
    accounts: usize,
}

/// The changes that have happened at the bank.
#[derive(Default)]
pub(super) struct BankChanges {
    deleted: BTreeSet<Key>,
    /// The number of events about these changes.
    pub(super) events: usize,
}

impl BankChanges {
    /// Counts an event for each account: the first transactions of an item, or new ones.
    pub(super) async fn found(&mut self, deployment: &Deployment, item_id: ItemId) {
        self.events += accounts_of(deployment, item_id).await.len();
    }

    /// Lets the bank settle the newest transactions of an account and reverse the oldest.
    pub(super) async fn change(
        &mut self,
        deployment: &Deployment,
        account_id: AccountId,
        settled: usize,
        deleted: usize,
    ) {
        let before = transactions_of(deployment, account_id).await;
        let account = account_id.to_string().parse().unwrap();
        assert!(
            deployment
                .pluggy
                .change_transactions(account, settled, deleted)
        );
        let after = transactions_of(deployment, account_id).await;
        let is_changed = before
            .iter()
            .any(|(key, one)| after.get(key).is_some_and(|other| other != one));
        let gone: Vec<Key> = before
            .into_keys()
            .filter(|key| !after.contains_key(key))
            .collect();
        self.events += usize::from(is_changed) + usize::from(!gone.is_empty());
        self.deleted.extend(gone);
    }
}

impl Truth {
    pub(super) async fn of(
        deployment: &Deployment,
        items: &[ItemId],
        bank_changes: &BankChanges,
    ) -> Self {
        let (mut live, mut accounts) = (BTreeMap::new(), 0);
        for item_id in items {
            for account_id in accounts_of(deployment, *item_id).await {
                accounts += 1;
                live.extend(transactions_of(deployment, account_id).await);
            }
        }
        Self {
            live,
            deleted: bank_changes.deleted.clone(),
            accounts,
        }
    }

    pub(super) fn accounts(&self) -> usize {
        self.accounts
    }

    pub(super) fn transactions(&self) -> usize {
        self.live.len()
    }

    pub(super) fn deleted(&self) -> usize {
        self.deleted.len()
    }

    /// Returns the keys of rows that differ from the expected rows.
    pub(super) fn differences(&self, rows: &[Row]) -> BTreeSet<Key> {
        let mut differences: BTreeSet<_> = self.live.keys().chain(&self.deleted).cloned().collect();
        for row in rows.iter().filter(|row| event_id(row).is_none()) {
            let key = (text(row, "pk").to_owned(), text(row, "sk").to_owned());
            let is_right = if row.contains_key("deleted") {
                self.deleted.contains(&key) && !self.live.contains_key(&key)
            } else {
                let transaction = self.live.get(&key);
                transaction.is_some_and(|transaction| is_of(row, transaction))
            };
            if is_right {
                differences.remove(&key);
            } else {
                differences.insert(key);
            }
        }
        differences
    }
}

/// Returns the id of the event that a row was written for, if the row has one.
pub(super) fn event_id(row: &Row) -> Option<String> {
    let id = text(row, "pk").strip_prefix("EVENT#")?;
    Some(id.to_owned())
}

/// Returns the number of stored events about transactions.
pub(super) async fn stored_events(deployment: &Deployment) -> usize {
    let rows = deployment.tables.event_rows().await;
    rows.iter()
        .filter(|row| text(row, "event").starts_with("transactions/"))
        .count()
}

pub(super) async fn accounts_of(deployment: &Deployment, item_id: ItemId) -> Vec<AccountId> {
    let accounts = deployment.pluggy_client().accounts(item_id, now()).await;
    let accounts = accounts.unwrap().results.into_iter();
    accounts.map(|account| account.id).collect()
}

async fn transactions_of(
    deployment: &Deployment,
    account_id: AccountId,
) -> BTreeMap<Key, Transaction> {
    let client = deployment.pluggy_client();
    let (mut transactions, mut after) = (BTreeMap::new(), None);
    loop {
        let all = TransactionFilter::default();
        let page = client.transactions(account_id, &all, after.as_ref(), now());
        let page = page.await.unwrap().unwrap();
        transactions.extend(page.results.into_iter().map(|one| {
            let key = (
                format!("ACCOUNT#{account_id}"),
                format!("TRANSACTION#{}", one.id),
            );
            (key, one)
        }));
        match page.next {
            Some(next) => after = Some(next),
            None => return transactions,
        }
    }
}

fn is_of(row: &Row, transaction: &Transaction) -> bool {
    let amount = transaction.amount.as_ref().unwrap().as_str();
    // JavaScript chooses its own notation for numbers.
    let number = |text: &str| text.parse::<f64>().unwrap().to_bits();
    number(text(row, "amount")) == number(amount)
        && text(row, "status") == transaction.status.as_ref().unwrap().as_str()
        && text(row, "description") == transaction.description.as_ref().unwrap()
}

fn text<'a>(row: &'a Row, attribute: &str) -> &'a str {
    row[attribute].as_s().unwrap()
}
