//! The cost of a response about a connection's status, and of a connect token.

use jiff::SignedDuration;
use lambda_http::Request;
use runtime::clock::now;
use serde_json::json;
use store::MAX_TOKENS;
use tests::sample;

use super::{Metered, USER};

async fn status_of(metered: &Metered, request: Request) -> (u16, Vec<String>) {
    let app = metered.deployment.item_status();
    let answer = item_status::handle(&app, request, now()).await;
    (answer.status().as_u16(), metered.take())
}

#[tokio::test]
async fn a_status_costs_a_read_unit_and_half_of_one_for_the_connector() {
    let metered = Metered::start().await;
    let item_id = metered.known().await.to_string();
    let app = metered.deployment.item_status();
    let whole = item_status::handle(&app, sample::get_item(USER, &item_id, &[]), now()).await;
    let etag = whole.headers()["etag"].to_str().unwrap().to_owned();
    metered.take();
    let expected = [
        "GetItem ItemTable: 1 read",
        "BatchGetItem ItemTable: 0.5 read",
    ];

    let fresh = status_of(&metered, sample::get_item(USER, &item_id, &[])).await;
    let unchanged = [("if-none-match", etag.as_str())];
    let unchanged = status_of(&metered, sample::get_item(USER, &item_id, &unchanged)).await;

    assert_eq!(
        (fresh.0, fresh.1.as_slice()),
        (200, &expected.map(String::from)[..])
    );
    assert_eq!(
        (unchanged.0, unchanged.1.as_slice()),
        (304, &expected.map(String::from)[..])
    );
}

#[tokio::test]
async fn a_status_costs_a_read_unit_where_its_connector_was_read_within_the_minute() {
    let metered = Metered::start().await;
    let item_id = metered.known().await.to_string();
    let (app, begin) = (metered.deployment.item_status(), now());
    let ask = async |second| {
        let request = sample::get_item(USER, &item_id, &[]);
        let at = begin + SignedDuration::from_secs(second);
        let answer = item_status::handle(&app, request, at).await;
        assert_eq!(answer.status(), 200);
        metered.take()
    };
    ask(0).await;

    let within = ask(59).await;
    let after = ask(60).await;

    assert_eq!(within, ["GetItem ItemTable: 1 read"]);
    assert_eq!(after.len(), 2, "{after:?}");
}

#[tokio::test]
async fn a_list_costs_half_a_read_unit_for_itself_for_each_item_and_for_each_connector() {
    let metered = Metered::start().await;
    for _ in 0..3 {
        metered.known().await;
    }

    let list = status_of(&metered, sample::get_items(USER, &[])).await;

    assert_eq!(list.0, 200);
    assert_eq!(
        list.1,
        [
            "Query ItemTable: 0.5 read",
            "BatchGetItem ItemTable: 1.5 read",
            "BatchGetItem ItemTable: 0.5 read",
        ]
    );
}

#[tokio::test]
async fn a_token_costs_a_read_and_a_write_once_the_key_is_in_memory_two_writes_soon_after() {
    let metered = Metered::start().await;
    let item_id = metered.known().await;
    metered.deployment.tables.forget_limits().await;
    metered.take();
    let app = metered.deployment.connect_token();
    let at = now();
    let issue = async |user: &str, body| {
        let request = sample::with_body("connect-token/no-body.json", user, &body);
        let answer = connect_token::handle(&app, request, at).await;
        (answer.status().as_u16(), metered.take())
    };

    let first = issue("usr_1", json!({})).await;
    let second = issue("usr_2", json!({})).await;
    let soon_after = issue("usr_2", json!({})).await;
    let update = issue(USER, json!({ "itemId": item_id })).await;
    let tables = &metered.deployment.tables;
    tables.count_tokens(USER, MAX_TOKENS - 1, at).await;
    metered.take();
    let first_refusal = issue(USER, json!({})).await;
    let refusal = issue(USER, json!({ "itemId": item_id })).await;

    let counted = "UpdateItem LimitTable: 1 write".to_owned();
    let key = "GetItem CredentialTable: 1 read".to_owned();
    let item = "GetItem ItemTable: 1 read".to_owned();
    let calls = |others: &[&String]| -> Vec<String> {
        let marker = "GetItem LimitTable: 1 read".to_owned();
        let others = others.iter().map(ToString::to_string);
        [marker, counted.clone()]
            .into_iter()
            .chain(others)
            .collect()
    };
    assert_eq!(first, (200, calls(&[&key])));
    assert_eq!(second, (200, calls(&[])));
    assert_eq!(soon_after, (200, calls(&[&counted])));
    assert_eq!(update, (200, calls(&[&item])));
    assert_eq!(first_refusal, (429, calls(&[&counted])));
    assert_eq!(refusal, (429, calls(&[])));
}
