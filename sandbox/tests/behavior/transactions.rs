use std::collections::BTreeSet;

use sandbox::Settings;
use serde_json::Value;
use uuid::Uuid;

use crate::client::{Pluggy, settings};

/// Returns a sandbox with small pages, an item in it and the item's bank account.
async fn paging() -> (Pluggy, Uuid, String) {
    let small = Settings {
        transactions_a_page: 7,
        ..settings()
    };
    let pluggy = Pluggy::start_with(small).await;
    let (item_id, account_id) = connected(&pluggy, "user-ok").await;
    (pluggy, item_id, account_id)
}

pub(crate) async fn connected(pluggy: &Pluggy, user: &str) -> (Uuid, String) {
    let item_id = pluggy.connect(2, user).await;
    pluggy.item_once(item_id, "SUCCESS").await;
    let accounts = pluggy.get(&format!("/accounts?itemId={item_id}")).await;
    let account_id = accounts.body["results"][0]["id"].as_str().unwrap();
    (item_id, account_id.to_owned())
}

/// Returns one page and the query of the next.
pub(crate) async fn page(pluggy: &Pluggy, query: &str) -> (Vec<Value>, Option<String>) {
    let answer = pluggy.get(&format!("/v2/transactions{query}")).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.body);
    let next = answer.body["next"].as_str().map(str::to_owned);
    (answer.body["results"].as_array().unwrap().clone(), next)
}

/// Returns all pages, starting with the given one.
pub(crate) async fn pages(pluggy: &Pluggy, query: String) -> Vec<Vec<Value>> {
    let mut pages = Vec::new();
    let mut query = Some(query);
    while let Some(this) = query {
        let (results, next) = page(pluggy, &this).await;
        pages.push(results);
        query = next;
    }
    pages
}

pub(crate) fn texts(transactions: &[Value], field: &str) -> Vec<String> {
    let text = |transaction: &Value| transaction[field].as_str().unwrap().to_owned();
    transactions.iter().map(text).collect()
}

#[tokio::test]
async fn pages_give_everything_once_newest_first() {
    let (pluggy, _, account_id) = paging().await;

    let pages = pages(&pluggy, format!("?accountId={account_id}")).await;

    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [7, 7, 6]);
    let all = pages.concat();
    assert_eq!(texts(&all, "id").iter().collect::<BTreeSet<_>>().len(), 20);
    assert!(texts(&all, "date").is_sorted_by(|newer, older| newer >= older));
    for transaction in all {
        assert_eq!(transaction["accountId"], account_id);
        assert!(transaction["amount"].as_f64().is_some_and(|amount| {
            (amount > 0.0) == (transaction["type"] == "CREDIT") && amount != 0.0
        }));
    }
}

#[tokio::test]
async fn an_exactly_full_page_is_the_last() {
    let exact = Settings {
        transactions_a_page: 20,
        ..settings()
    };
    let pluggy = Pluggy::start_with(exact).await;
    let (_, account_id) = connected(&pluggy, "user-ok").await;

    let (results, next) = page(&pluggy, &format!("?accountId={account_id}")).await;

    assert_eq!((results.len(), next), (20, None));
}

#[tokio::test]
async fn pages_go_on_where_they_were_when_transactions_come_and_go() {
    let (pluggy, item_id, account_id) = paging().await;
    let (first, next) = page(&pluggy, &format!("?accountId={account_id}")).await;
    let before = pluggy.get(&format!("/items/{item_id}")).await.body;

    assert!(pluggy.sandbox.sync(item_id));
    let path = format!("/items/{item_id}");
    let has_synced = |item: &Value| {
        item["status"] == "UPDATED" && item["lastUpdatedAt"] != before["lastUpdatedAt"]
    };
    pluggy.get_once(&path, "another sync", has_synced).await;
    let account = account_id.parse().unwrap();
    assert!(pluggy.sandbox.change_transactions(account, 0, 2));

    let rest = pages(&pluggy, next.unwrap()).await.concat();
    assert_eq!(rest.len(), 20 - 7 - 2);
    let seen = texts(&first, "id");
    assert!(texts(&rest, "id").iter().all(|id| !seen.contains(id)));
}

#[tokio::test]
async fn there_are_500_on_a_page_and_as_many_pages_as_the_user_name_selects() {
    let pluggy = Pluggy::start().await;
    let (_, account_id) = connected(&pluggy, "user-ok-perf-30").await;

    let pages = pages(&pluggy, format!("?accountId={account_id}")).await;

    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [500, 100]);
}

#[tokio::test]
async fn days_are_filtered_from_their_beginning_to_their_end_on_every_page() {
    let (pluggy, _, account_id) = paging().await;
    let all = pages(&pluggy, format!("?accountId={account_id}"))
        .await
        .concat();
    let days = texts(&all, "date")
        .iter()
        .map(|date| date[..10].to_owned())
        .collect::<Vec<_>>();

    let query = format!(
        "?accountId={account_id}&dateFrom={}&dateTo={}",
        days[12], days[2]
    );
    let found = pages(&pluggy, query).await;

    assert_eq!(found.len(), 2);
    assert_eq!(texts(&found.concat(), "id"), texts(&all[2..=12], "id"));
}

#[tokio::test]
async fn moments_are_exact_with_and_without_an_offset() {
    let (pluggy, _, account_id) = paging().await;
    let all = pages(&pluggy, format!("?accountId={account_id}"))
        .await
        .concat();
    let date = texts(&all, "date")[3].clone();

    for moment in [
        date.clone(),
        date.trim_end_matches('Z').to_owned(),
        date.replace('Z', "%2B0000"),
    ] {
        let query = format!("?accountId={account_id}&dateFrom={moment}&dateTo={moment}");

        let found = page(&pluggy, &query).await.0;
        assert_eq!(texts(&found, "id"), texts(&all[3..=3], "id"), "{moment}");
    }
}

#[tokio::test]
async fn ids_are_found_separated_by_commas_or_one_by_one() {
    let (pluggy, _, account_id) = paging().await;
    let (some, _) = page(&pluggy, &format!("?accountId={account_id}")).await;
    let ids = texts(&some, "id");
    let others = Uuid::nil();

    for list in [
        format!("ids={},{},{others}", ids[1], ids[4]),
        format!("ids={}&ids={}&ids={others}", ids[1], ids[4]),
    ] {
        let (found, next) = page(&pluggy, &format!("?accountId={account_id}&{list}")).await;

        assert_eq!(found, [some[1].clone(), some[4].clone()], "{list}");
        assert_eq!(next, None);
    }
}

#[tokio::test]
async fn an_invalid_query_is_refused() {
    let (pluggy, _, account_id) = paging().await;
    let date = "2026-11-01";

    for query in [
        String::new(),
        "?accountId=x".to_owned(),
        format!("?accountId={account_id}&ids=x"),
        format!("?accountId={account_id}&dateFrom=yesterday"),
        format!("?accountId={account_id}&dateFrom={date}&createdAtFrom={date}"),
        format!("?accountId={account_id}&after=x"),
    ] {
        let answer = pluggy.get(&format!("/v2/transactions{query}")).await;

        assert_eq!(answer.status, 400, "{query}");
    }
}

#[tokio::test]
async fn there_can_be_too_many_ids() {
    let (pluggy, _, account_id) = paging().await;
    let list = |count| vec![Uuid::nil().to_string(); count].join(",");
    let path = |count| {
        format!(
            "/v2/transactions?accountId={account_id}&ids={}",
            list(count)
        )
    };

    assert_eq!(pluggy.get(&path(500)).await.status, 200);
    let refused = pluggy.get(&path(501)).await;
    assert_eq!(refused.status, 400);
    assert_eq!(
        refused.body["codeDescription"],
        "IDS_PARAMETER_EXCEEDS_MAX_LENGTH"
    );
}
