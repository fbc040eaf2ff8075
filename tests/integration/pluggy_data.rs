//! The client's results for accounts and transactions.

use client::Client;
use jiff::tz::TimeZone;
use pluggy::{
    AccountId, AccountType, ItemId, Since, Transaction, TransactionFilter, TransactionId,
};
use runtime::clock::now;
use tests::Deployment;
use tests::deployment::eventually;

const USER: &str = "usr_01J9X";
/// A user with thirty times the usual transactions, which is more than one page.
const BUSY_USER: &str = "user-ok-perf-30";
const EVERYTHING: usize = 600;

async fn connected(user: &str) -> (Deployment, ItemId, AccountId) {
    let deployment = Deployment::start().await;
    let item_id = deployment.connect(USER, user).await;
    deployment.item_reaches(item_id, "UPDATED").await;
    let accounts = deployment.pluggy_client().accounts(item_id, now()).await;
    let account_id = accounts.unwrap().results[0].id;
    (deployment, item_id, account_id)
}

/// Returns all pages, each as the numbers of its entries.
async fn pages(
    client: &Client,
    account_id: AccountId,
    filter: &TransactionFilter,
) -> Vec<Vec<Transaction>> {
    let mut pages = Vec::new();
    let mut after = None;
    loop {
        let page = client.transactions(account_id, filter, after.as_ref(), now());
        let page = page.await.unwrap().unwrap();
        pages.push(page.results);
        match page.next {
            Some(next) => after = Some(next),
            None => return pages,
        }
    }
}

fn ids(transactions: &[Transaction]) -> Vec<TransactionId> {
    transactions.iter().map(|one| one.id).collect()
}

#[tokio::test]
async fn an_account_names_its_item_until_it_is_gone() {
    let (deployment, item_id, account_id) = connected("user-ok").await;
    let client = deployment.pluggy_client();

    let account = client.account(account_id, now()).await.unwrap().unwrap();
    client.delete_item(item_id, now()).await.unwrap();
    let gone = client.account(account_id, now()).await.unwrap();

    assert_eq!((account.id, account.item_id), (account_id, Some(item_id)));
    assert_eq!(gone, None);
}

#[tokio::test]
async fn accounts_are_listed() {
    let (deployment, item_id, _) = connected("user-ok").await;
    let client = deployment.pluggy_client();

    let accounts = client.accounts(item_id, now()).await.unwrap().results;

    let [bank, card] = &accounts[..] else {
        panic!("{accounts:?}");
    };
    assert_eq!(bank.kind, Some(AccountType::Bank));
    assert!(bank.bank_data.is_some() && bank.credit_data.is_none());
    assert_eq!(card.kind, Some(AccountType::Credit));
    assert!(card.credit_data.is_some() && card.bank_data.is_none());
    for account in [bank, card] {
        assert_eq!(account.item_id, Some(item_id));
        assert!(account.balance.is_some() && account.updated_at.is_some());
    }
}

#[tokio::test]
async fn a_missing_resource_is_no_error() {
    let deployment = Deployment::start().await;
    let client = deployment.pluggy_client();
    let item_id = "9a7b6c5d-0000-4000-8000-00000000ffff".parse().unwrap();
    let account_id = "aaaa6c5d-0000-4000-8000-00000000ffff".parse().unwrap();

    let accounts = client.accounts(item_id, now()).await.unwrap();
    let all = TransactionFilter::default();
    let transactions = client.transactions(account_id, &all, None, now()).await;

    assert!(accounts.results.is_empty());
    assert_eq!(transactions.unwrap(), None);
}

#[tokio::test]
async fn transactions_are_read_page_by_page() {
    let (deployment, _, account_id) = connected(BUSY_USER).await;
    let client = deployment.pluggy_client();

    let pages = pages(&client, account_id, &TransactionFilter::default()).await;

    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [500, 100]);
    let all = pages.concat();
    let mut distinct = ids(&all);
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), EVERYTHING);
    for transaction in all {
        assert_eq!(transaction.account_id, Some(account_id));
        assert!(transaction.amount.is_some() && transaction.date.is_some());
        assert!(transaction.kind.is_some() && transaction.status.is_some());
    }
}

#[tokio::test]
async fn a_filter_holds_on_every_page() {
    let (deployment, _, account_id) = connected(BUSY_USER).await;
    let client = deployment.pluggy_client();
    let all = pages(&client, account_id, &TransactionFilter::default())
        .await
        .concat();
    let day = |at: usize| all[at].date.unwrap().to_zoned(TimeZone::UTC).date();
    let (from, to) = (day(EVERYTHING - 1), day(20));

    let filter = TransactionFilter {
        since: Some(Since::Date(from)),
        date_to: Some(to),
        ..TransactionFilter::default()
    };
    let found = pages(&client, account_id, &filter).await;

    assert_eq!(found.len(), 2);
    let expected: Vec<_> = all
        .into_iter()
        .filter(|one| one.date.unwrap().to_zoned(TimeZone::UTC).date() <= to)
        .collect();
    assert!(expected.len() < EVERYTHING);
    assert_eq!(ids(&found.concat()), ids(&expected));
}

#[tokio::test]
async fn transactions_that_a_sync_added_are_found_by_their_creation_time() {
    let (deployment, item_id, account_id) = connected("user-ok").await;
    let client = deployment.pluggy_client();
    let before = pages(&client, account_id, &TransactionFilter::default())
        .await
        .concat();

    assert!(deployment.pluggy.sync(item_id.to_string().parse().unwrap()));
    let all = eventually("new transactions", async || {
        let all = pages(&client, account_id, &TransactionFilter::default())
            .await
            .concat();
        (all.len() > before.len()).then_some(all)
    })
    .await;

    let known = ids(&before);
    let added: Vec<_> = all
        .into_iter()
        .filter(|one| !known.contains(&one.id))
        .collect();
    let filter = TransactionFilter::created_at_from(added[0].created_at.unwrap());
    let found = pages(&client, account_id, &filter).await.concat();
    assert_eq!(found, added);
}

#[tokio::test]
async fn changed_transactions_are_found_by_their_ids() {
    let (deployment, _, account_id) = connected("user-ok").await;
    let client = deployment.pluggy_client();
    let before = pages(&client, account_id, &TransactionFilter::default())
        .await
        .concat();
    let sandbox_id = account_id.to_string().parse().unwrap();
    assert!(deployment.pluggy.change_transactions(sandbox_id, 2, 1));
    let [settled, deleted] = [&before[1], &before[19]];

    let filter = TransactionFilter {
        ids: vec![settled.id, deleted.id],
        ..TransactionFilter::default()
    };
    let found = pages(&client, account_id, &filter).await.concat();

    assert_eq!(ids(&found), [settled.id]);
    assert_ne!(found[0].amount, settled.amount);
    assert!(found[0].updated_at > settled.updated_at);
}
