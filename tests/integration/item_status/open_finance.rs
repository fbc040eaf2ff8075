//! Open Finance logins: an action at the bank, with a link that only the owner sees and that nobody may store.

use jiff::{SignedDuration, Timestamp};
use lambda_http::{Body, Response};
use pluggy::ItemId;
use runtime::clock::now;
use serde_json::{Value, json};
use store::{ItemUpdate, Schedule, Snapshot};
use tests::{Deployment, sample};
use uuid::Uuid;

use super::cache_control::cache_control;
use super::{USER, json_of};
use crate::openapi::check_answer;

const LINK: &str = "https://bank.example.com/auth?request=abc";

/// Stores an item of [`USER`]'s as Pluggy returned it just now, with these fields changed.
pub(super) async fn stored(deployment: &Deployment, fields: &Value) -> ItemId {
    let item_id: ItemId = Uuid::new_v4().to_string().parse().unwrap();
    let mut item = json!({
        "id": item_id, "status": "WAITING_USER_INPUT", "executionStatus": "WAITING_USER_INPUT",
        "connector": {"id": 601, "oauth": true, "isOpenFinance": true}, "updatedAt": now(),
        "parameter": parameter(&json!(LINK)),
    });
    item.as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    let row = ItemUpdate {
        item_id,
        owner: Some(tests::owner(USER)),
        created_at: now(),
        schedule: Schedule::default(),
    };
    let snapshot = Snapshot {
        item: serde_json::from_value(item).unwrap(),
        fetched_at: now(),
    };
    let items = deployment.tables.item_store();
    items
        .put_snapshot(row, snapshot, &Schedule::default())
        .await
        .unwrap();
    item_id
}

fn parameter(data: &Value) -> Value {
    json!({
        "name": "oauthCode", "type": "oauth", "label": "Oauth Code", "data": data,
        "instructions": "Log into your bank to continue", "expiresAt": in_half_an_hour(),
    })
}

fn in_half_an_hour() -> Timestamp {
    now() + SignedDuration::from_mins(30)
}

async fn answer(
    deployment: &Deployment,
    user: &str,
    item_id: ItemId,
    at: Timestamp,
) -> Response<Body> {
    let request = sample::get_item(user, &item_id.to_string(), &[("accept-language", "en")]);
    let answer = item_status::handle(&deployment.item_status(), request, at).await;
    check_answer("GET", "/items/{itemId}", &answer);
    answer
}

async fn list(deployment: &Deployment, user: &str) -> Response<Body> {
    let request = sample::get_items(user, &[]);
    let answer = item_status::handle(&deployment.item_status(), request, now()).await;
    check_answer("GET", "/items", &answer);
    answer
}

#[tokio::test]
async fn a_login_at_the_bank_is_a_link_for_its_owner_and_no_prompt() {
    let deployment = Deployment::start().await;
    let item_id = stored(&deployment, &json!({})).await;

    let answer = answer(&deployment, USER, item_id, now()).await;

    let item = json_of(&answer);
    assert_eq!(item["phase"], "waiting_user");
    let action = &item["nextAction"];
    assert_eq!(action["kind"], "act_at_bank");
    assert_eq!(action["reason"], "open_finance_login");
    assert_eq!(action["link"], LINK);
    assert_eq!(action["prompt"], Value::Null);
    assert_eq!(action["connectToken"], Value::Null);
    assert!(action["expiresAt"].is_string());
    assert_eq!(
        action["bank"],
        json!({
            "type": "oauth", "instructions": "Log into your bank to continue",
            "providerMessage": null, "attributes": {},
        })
    );
    assert_eq!(
        answer
            .body()
            .as_ref()
            .windows(LINK.len())
            .filter(|it| *it == LINK.as_bytes())
            .count(),
        1
    );
    assert_eq!(answer.headers()["retry-after"], "10");
}

#[tokio::test]
async fn no_response_with_a_link_may_be_stored_and_nobody_else_gets_one() {
    let deployment = Deployment::start().await;
    let item_id = stored(&deployment, &json!({})).await;

    let one = answer(&deployment, USER, item_id, now()).await;
    let all = list(&deployment, USER).await;
    let foreign = answer(&deployment, "usr_2", item_id, now()).await;
    let foreign_list = list(&deployment, "usr_2").await;

    assert_eq!(cache_control(&one), "no-store");
    assert_eq!(cache_control(&all), "no-store");
    assert_eq!(json_of(&all)["items"][0]["nextAction"]["link"], LINK);
    assert_eq!(foreign.status(), 404);
    for other in [foreign, foreign_list] {
        let text = String::from_utf8_lossy(other.body()).into_owned();
        assert!(!text.contains("bank.example.com"), "{text}");
    }
}

#[tokio::test]
async fn a_response_that_the_caller_has_is_not_to_be_stored_either() {
    let deployment = Deployment::start().await;
    let item_id = stored(&deployment, &json!({})).await;
    let first = answer(&deployment, USER, item_id, now()).await;
    let etag = first.headers()["etag"].to_str().unwrap();

    let request = sample::get_item(
        USER,
        &item_id.to_string(),
        &[("if-none-match", etag), ("accept-language", "en")],
    );
    let same = item_status::handle(&deployment.item_status(), request, now()).await;
    check_answer("GET", "/items/{itemId}", &same);

    assert_eq!(same.status(), 304);
    assert_eq!(cache_control(&same), "no-store");
}

#[tokio::test]
async fn an_expired_link_is_not_shown_even_before_the_row_is_written_again() {
    let deployment = Deployment::start().await;
    let item_id = stored(&deployment, &json!({})).await;

    let answer = answer(&deployment, USER, item_id, in_half_an_hour()).await;

    let text = String::from_utf8_lossy(answer.body()).into_owned();
    assert!(!text.contains("bank.example.com"), "{text}");
    assert_eq!(cache_control(&answer), "private, no-cache");
    let item = json_of(&answer);
    assert_eq!(item["phase"], "reconnect");
    let action = &item["nextAction"];
    assert_eq!(action["kind"], "reconnect");
    assert_eq!(action["reason"], "open_finance_login_expired");
    assert_eq!(action["connectToken"], json!({"itemId": item_id}));
    assert_eq!(
        (&action["link"], &action["bank"]),
        (&Value::Null, &Value::Null)
    );
}

#[tokio::test]
async fn in_its_first_seconds_a_login_has_no_link_yet() {
    let deployment = Deployment::start().await;
    let item_id = stored(&deployment, &json!({"parameter": null})).await;

    let answer = answer(&deployment, USER, item_id, now()).await;

    assert_eq!(cache_control(&answer), "private, no-cache");
    let item = json_of(&answer);
    assert_eq!(item["phase"], "waiting_user");
    let action = &item["nextAction"];
    assert_eq!(action["kind"], "act_at_bank");
    assert_eq!(action["reason"], "open_finance_login");
    assert_eq!(
        (&action["link"], &action["prompt"]),
        (&Value::Null, &Value::Null)
    );
}

#[tokio::test]
async fn only_an_https_link_is_shown() {
    let deployment = Deployment::start().await;
    for data in [
        json!("http://bank.example.com/auth"),
        json!("javascript:alert(1)"),
        json!("bank.example.com"),
        json!(null),
        json!(["https://bank.example.com/auth"]),
    ] {
        let item_id = stored(&deployment, &json!({"parameter": parameter(&data)})).await;

        let answer = answer(&deployment, USER, item_id, now()).await;

        let action = json_of(&answer)["nextAction"].clone();
        assert_eq!(action["reason"], "open_finance_login", "{data}");
        assert_eq!(action["link"], Value::Null, "{data}");
        let text = String::from_utf8_lossy(answer.body()).into_owned();
        assert!(
            !text.contains("bank.example.com") && !text.contains("alert"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_login_at_the_sandboxs_open_finance_bank_leads_to_its_page() {
    let deployment = Deployment::start_in_real_time().await;
    let item_id = deployment
        .connect_at(601, USER, &json!({"cpf": "999.999.999-99"}))
        .await;
    deployment.login_page_opens(item_id).await;
    deployment
        .deliver(
            &json!({"event": "item/waiting_user_input", "eventId": item_id, "itemId": item_id}),
        )
        .await;
    deployment.sync_all().await;

    let action = json_of(&answer(&deployment, USER, item_id, now()).await)["nextAction"].clone();

    assert_eq!(action["reason"], "open_finance_login");
    let link = action["link"].as_str().unwrap();
    assert!(
        link.starts_with("https://bank.example.com/auth?request="),
        "{link}"
    );
    let expires_at: Timestamp = action["expiresAt"].as_str().unwrap().parse().unwrap();
    assert!(expires_at > now() && expires_at <= in_half_an_hour());
}
