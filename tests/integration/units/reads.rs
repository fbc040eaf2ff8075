//! The cost of a response about a connection's status, and of a connect token.

use jiff::SignedDuration;
use lambda_http::Request;
use runtime::clock::now;
use serde_json::json;
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
async fn a_token_costs_nothing_once_the_key_is_in_memory_and_one_read_unit_in_update_mode() {
    let metered = Metered::start().await;
    let item_id = metered.known().await;
    let app = metered.deployment.connect_token();
    let issue = async |body| {
        let request = sample::with_body("connect-token/no-body.json", USER, &body);
        let answer = connect_token::handle(&app, request, now()).await;
        assert_eq!(answer.status(), 200);
        metered.take()
    };

    let first = issue(json!({})).await;
    let second = issue(json!({})).await;
    let update = issue(json!({ "itemId": item_id })).await;

    assert_eq!(first, ["GetItem CredentialTable: 1 read"]);
    assert!(second.is_empty(), "{second:?}");
    assert_eq!(update, ["GetItem ItemTable: 1 read"]);
}
