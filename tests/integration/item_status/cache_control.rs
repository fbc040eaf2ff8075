//! Which responses a browser may keep on its disk: none with a prompt, a link or a bank's own text.

use jiff::{SignedDuration, Timestamp};
use lambda_http::http::header::{ETAG, IF_NONE_MATCH};
use lambda_http::{Body, Request, Response};
use pluggy::ItemId;
use runtime::clock::now;
use serde_json::{Value, json};
use tests::{Deployment, sample};

use super::open_finance::stored;
use super::{USER, answer};

const TEXT: &str = "Maria, autorize o aparelho";

/// Returns the `cache-control` of a response.
pub(super) fn cache_control(answer: &Response<Body>) -> &str {
    answer.headers()["cache-control"].to_str().unwrap()
}

fn in_five_minutes() -> Timestamp {
    now() + SignedDuration::from_mins(5)
}

/// Checks the responses about an item with these fields, by both routes, with and without the validator.
async fn check(fields: Value, is_sensitive: bool) {
    let deployment = Deployment::start().await;
    let mut whole = json!({"connector": {"id": 2}, "parameter": null});
    whole
        .as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    let item_id: ItemId = stored(&deployment, &whole).await;
    let expected = if is_sensitive {
        "no-store"
    } else {
        "private, no-cache"
    };
    let one = || sample::get_item(USER, &item_id.to_string(), &[]);
    let all = || sample::get_items(USER, &[]);
    let requests: [&dyn Fn() -> Request; 2] = [&one, &all];

    for request in requests {
        let first = answer(&deployment, request()).await;
        let mut with_validator = request();
        let etag = first.headers()[ETAG].clone();
        with_validator.headers_mut().insert(IF_NONE_MATCH, etag);
        let same = answer(&deployment, with_validator).await;

        let text = String::from_utf8_lossy(first.body()).into_owned();
        assert_eq!(text.contains(TEXT), is_sensitive, "{text}");
        assert_eq!(
            (first.status().as_u16(), same.status().as_u16()),
            (200, 304),
            "{fields}"
        );
        assert_eq!(cache_control(&first), expected, "{fields}");
        assert_eq!(cache_control(&same), expected, "{fields}");
    }
}

#[tokio::test]
async fn a_prompt_is_not_stored() {
    let parameter = json!({
        "name": "token", "type": "number", "label": TEXT, "expiresAt": in_five_minutes(),
    });

    check(json!({ "parameter": parameter }), true).await;
}

#[tokio::test]
async fn a_banks_text_about_an_action_is_not_stored() {
    for error in [
        json!({"code": "USER_AUTHORIZATION_PENDING", "providerMessage": TEXT}),
        json!({"code": "USER_AUTHORIZATION_PENDING", "attributes": {"device": TEXT}}),
    ] {
        let fields = json!({
            "status": "LOGIN_ERROR", "executionStatus": "USER_AUTHORIZATION_PENDING", "error": error,
        });
        check(fields, true).await;
    }
    let fields = json!({
        "status": "WAITING_USER_ACTION", "executionStatus": "WAITING_USER_ACTION",
        "userAction": {"type": "qr", "instructions": TEXT, "expiresAt": in_five_minutes()},
    });
    check(fields, true).await;
}

#[tokio::test]
async fn a_banks_text_about_a_failure_is_not_stored() {
    let error = json!({"code": "ACCOUNT_NEEDS_ACTION", "message": "m", "providerMessage": TEXT});

    let fields =
        json!({"status": "OUTDATED", "executionStatus": "ACCOUNT_NEEDS_ACTION", "error": error});
    check(fields, true).await;
}

#[tokio::test]
async fn a_banks_text_about_a_product_is_not_stored() {
    let warning = json!({"code": "001", "message": "m", "providerMessage": TEXT});

    let fields = json!({
        "status": "UPDATED", "executionStatus": "PARTIAL_SUCCESS",
        "statusDetail": {"accounts": {"isUpdated": false, "warnings": [warning]}},
    });
    check(fields, true).await;
}

#[tokio::test]
async fn what_has_no_text_of_a_bank_may_be_stored_and_is_revalidated() {
    let warning = json!({"code": "001", "message": "m", "providerMessage": null});
    let error = json!({"code": "ACCOUNT_NEEDS_ACTION", "message": "m"});
    for fields in [
        json!({"status": "UPDATED", "executionStatus": "SUCCESS"}),
        json!({"status": "OUTDATED", "executionStatus": "ACCOUNT_NEEDS_ACTION", "error": error}),
        json!({
            "status": "UPDATED", "executionStatus": "PARTIAL_SUCCESS",
            "statusDetail": {"accounts": {"isUpdated": false, "warnings": [warning]}},
        }),
    ] {
        check(fields, false).await;
    }
}
