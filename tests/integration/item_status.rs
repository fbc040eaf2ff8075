//! `GET /items` and `GET /items/{itemId}`, from the gateway's event to the response.

mod cache_control;
mod health;
pub(crate) mod list;
mod next_action;
mod open_finance;

use std::time::Duration;

use lambda_http::{Body, Request, RequestExt as _, Response};
use pluggy::ItemId;
use runtime::clock::now;
use serde_json::{Value, json};
use store::{Connectors, Items};
use tests::deployment::callers;
use tests::tables::client;
use tests::{Deployment, sample};
use tokio::time::Instant;

use crate::address;
use crate::openapi::check_answer;

const USER: &str = "usr_01J9X";

async fn answer(deployment: &Deployment, request: Request) -> Response<Body> {
    let path = match request.path_parameters().first("itemId") {
        Some(_) => "/items/{itemId}",
        None => "/items",
    };
    let answer = item_status::handle(&deployment.item_status(), request, now()).await;
    check_answer("GET", path, &answer);
    answer
}

fn json_of(response: &Response<Body>) -> Value {
    serde_json::from_slice(response.body()).unwrap()
}

/// Connects an item of `USER`, stores its row once it has reached `status`, and returns its id.
async fn connected(deployment: &Deployment, bank_user: &str, status: &str) -> ItemId {
    let item_id = deployment.connect(USER, bank_user).await;
    deployment.item_reaches(item_id, status).await;
    deployment
        .deliver(&json!({"event": "item/updated", "eventId": item_id, "itemId": item_id}))
        .await;
    deployment.sync_all().await;
    item_id
}

#[tokio::test]
async fn a_finished_connection_is_ready() {
    let deployment = Deployment::start().await;
    let item_id = connected(&deployment, "user-ok", "UPDATED").await;

    let response = answer(
        &deployment,
        sample::get_item(USER, &item_id.to_string(), &[]),
    )
    .await;

    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["cache-control"], "private, no-cache");
    assert_eq!(response.headers()["vary"], "Accept-Language");
    assert!(!response.headers().contains_key("retry-after"));
    let item = json_of(&response);
    assert_eq!(item["itemId"], json!(item_id));
    assert_eq!(item["phase"], "ready");
    assert_eq!(item["nextAction"]["kind"], "none");
    assert_eq!(item["connector"]["id"], 2);
    assert_eq!(item["connector"]["health"], "ONLINE");
    for always_there in [
        "status",
        "executionStatus",
        "products",
        "error",
        "createdAt",
        "updatedAt",
        "fetchedAt",
    ] {
        assert!(item.get(always_there).is_some(), "{always_there}");
    }
}

#[tokio::test]
async fn a_device_to_authorize_is_for_the_user_to_do() {
    let deployment = Deployment::start().await;
    let item_id = connected(&deployment, "user-ok-auth-pending", "OUTDATED").await;

    let (_, item) = deployment.status_of(USER, item_id).await;

    assert_eq!(item["phase"], "waiting_user");
    assert_eq!(item["nextAction"]["kind"], "authorize_device");
    assert_eq!(item["error"]["code"], "USER_AUTHORIZATION_PENDING");
}

#[tokio::test]
async fn wrong_credentials_name_the_body_to_post_for_a_new_try() {
    let deployment = Deployment::start().await;
    let item_id = connected(&deployment, "nobody", "LOGIN_ERROR").await;

    let (_, item) = deployment.status_of(USER, item_id).await;

    assert_eq!(item["phase"], "reconnect");
    assert_eq!(
        item["nextAction"]["connectToken"],
        json!({"itemId": item_id})
    );
    let body = item["nextAction"]["connectToken"].clone();
    let request = sample::with_body("connect-token/no-body.json", USER, &body);
    let token = connect_token::handle(&deployment.connect_token(), request, now()).await;
    assert_eq!(token.status(), 200);
}

#[tokio::test]
async fn a_connection_in_progress_names_its_poll_delay() {
    let deployment = Deployment::start().await;
    let item_id = connected(&deployment, "user-ok-auth-pending", "OUTDATED").await;

    let response = answer(
        &deployment,
        sample::get_item(USER, &item_id.to_string(), &[]),
    )
    .await;

    assert_eq!(response.headers()["retry-after"], "10");
}

#[tokio::test]
async fn a_response_that_the_caller_has_is_not_sent_again() {
    let deployment = Deployment::start().await;
    let item_id = connected(&deployment, "user-ok", "UPDATED")
        .await
        .to_string();
    let first = answer(&deployment, sample::get_item(USER, &item_id, &[])).await;
    let etag = first.headers()["etag"].to_str().unwrap();
    assert!(etag.starts_with("W/\""), "{etag}");

    let same = answer(
        &deployment,
        sample::get_item(USER, &item_id, &[("if-none-match", etag)]),
    )
    .await;
    let other = answer(
        &deployment,
        sample::get_item(USER, &item_id, &[("if-none-match", "W/\"x\"")]),
    )
    .await;

    assert_eq!(
        (same.status().as_u16(), same.body().as_ref()),
        (304, b"".as_slice())
    );
    assert_eq!(same.headers()["etag"], etag);
    assert_eq!(other.status(), 200);
}

#[tokio::test]
async fn messages_come_in_the_callers_language() {
    let deployment = Deployment::start().await;
    let item_id = connected(&deployment, "user-ok", "UPDATED")
        .await
        .to_string();

    let mut messages = Vec::new();
    for language in ["pt-BR,pt;q=0.9", "en"] {
        let response = answer(
            &deployment,
            sample::get_item(USER, &item_id, &[("accept-language", language)]),
        )
        .await;
        messages.push(json_of(&response)["nextAction"]["message"].clone());
    }

    assert_eq!(
        messages,
        [
            "Sua conta está conectada e atualizada.",
            "Your account is connected and up to date."
        ]
    );
}

#[tokio::test]
async fn another_users_item_and_an_unknown_item_get_the_same_response() {
    let deployment = Deployment::start().await;
    let item_id = connected(&deployment, "user-ok", "UPDATED")
        .await
        .to_string();

    let foreign = answer(&deployment, sample::get_item("usr_2", &item_id, &[])).await;
    let unknown = answer(
        &deployment,
        sample::request("item-status/item-unknown.json"),
    )
    .await;

    assert_eq!(
        (foreign.status().as_u16(), unknown.status().as_u16()),
        (404, 404)
    );
    assert_eq!(foreign.body().as_ref(), unknown.body().as_ref());
    assert_eq!(foreign.headers(), unknown.headers());
}

#[tokio::test(start_paused = true)]
async fn a_table_that_hangs_is_answered_with_a_problem() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let app = item_status::App {
        items: Items::new(client(&url), "items".to_owned()),
        connectors: Connectors::new(client(&url), "items".to_owned()),
        callers: callers(),
    };
    let begin = Instant::now();

    let answer = item_status::handle(&app, sample::request("item-status/list.json"), now()).await;

    assert_eq!(answer.status(), 503);
    assert!(answer.headers().contains_key("retry-after"));
    assert!(
        begin.elapsed() < Duration::from_secs(5),
        "of a clock that only waiting moves"
    );
}

#[tokio::test]
async fn bad_requests_are_refused_by_name() {
    let deployment = Deployment::start().await;
    let cases = [
        (
            sample::request("item-status/item-id-not-a-uuid.json"),
            400,
            Some("itemId"),
        ),
        (
            sample::request("item-status/list-bad-cursor.json"),
            400,
            Some("cursor"),
        ),
        (
            sample::get_items(USER, &[("limit", "0")]),
            400,
            Some("limit"),
        ),
        (
            sample::request("item-status/list-no-owner-claim.json"),
            401,
            None,
        ),
    ];
    for (request, status, field) in cases {
        let response = answer(&deployment, request).await;

        assert_eq!(response.status(), status, "{field:?}");
        assert_eq!(json_of(&response)["field"].as_str(), field);
    }
}

#[tokio::test]
async fn an_address_that_is_no_uri_does_no_harm() {
    let deployment = Deployment::start().await;
    let item_id = connected(&deployment, "user-ok", "UPDATED").await;
    connected(&deployment, "user-ok", "UPDATED").await;
    let mut item = sample::json("item-status/item.json");
    item["pathParameters"]["itemId"] = json!(item_id);
    let mut list = sample::json("item-status/list.json");
    list["queryStringParameters"] = json!({"limit": "1"});

    for event in address::hostile(&item) {
        let answer = json_of(&answer(&deployment, sample::request_of(&event)).await);

        assert_eq!(answer["itemId"], json!(item_id), "{event}");
    }
    for event in address::hostile(&list) {
        let answer = json_of(&answer(&deployment, sample::request_of(&event)).await);

        assert_eq!(answer["items"].as_array().map(Vec::len), Some(1), "{event}");
    }
}
