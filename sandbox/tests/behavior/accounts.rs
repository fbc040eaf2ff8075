use std::collections::BTreeSet;

use hyper::Method;
use sandbox::Settings;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::{Pluggy, login, settings};

/// The account fields that a connect token gets, according to the widget's own client: `AccountBase` of npm
/// `pluggy-js`.
const REDUCED: [&str; 8] = [
    "id",
    "itemId",
    "type",
    "subtype",
    "number",
    "balance",
    "name",
    "currencyCode",
];

async fn accounts(pluggy: &Pluggy, item_id: Uuid) -> Vec<Value> {
    let page = pluggy.get(&format!("/accounts?itemId={item_id}")).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let results = page.body["results"].as_array().unwrap();
    assert_eq!(page.body["total"], results.len());
    results.clone()
}

async fn accounts_of(pluggy: &Pluggy, user: &str, end: &str) -> Vec<Value> {
    let item_id = pluggy.connect(2, user).await;
    pluggy.item_once(item_id, end).await;
    accounts(pluggy, item_id).await
}

/// Returns a connect token, and an item that was made with it.
async fn connect_with_token(pluggy: &Pluggy) -> (String, Uuid) {
    let token = pluggy.connect_token(json!({})).await;
    let body = login(2, "user-ok");
    let created = pluggy
        .send(Method::POST, "/items", Some(&token), Some(body))
        .await;
    let item_id = created.body["id"].as_str().unwrap().parse().unwrap();
    pluggy.item_once(item_id, "SUCCESS").await;
    (token, item_id)
}

#[tokio::test]
async fn a_connection_has_a_bank_account_and_a_card_without_an_owner() {
    let pluggy = Pluggy::start().await;
    let item_id = pluggy.connect(2, "user-ok").await;
    pluggy.item_once(item_id, "SUCCESS").await;

    let accounts = accounts(&pluggy, item_id).await;

    let [bank, card] = <[Value; 2]>::try_from(accounts).unwrap();
    assert_eq!(
        (&bank["type"], &card["type"]),
        (&"BANK".into(), &"CREDIT".into())
    );
    assert!(bank["bankData"]["closingBalance"].is_number() && bank["creditData"].is_null());
    assert!(card["creditData"]["creditLimit"].is_number() && card["bankData"].is_null());
    for account in [&bank, &card] {
        assert_eq!(account["itemId"], item_id.to_string());
        assert!(account["balance"].is_number());
        assert!(account["owner"].is_null() && account["taxNumber"].is_null());
        let path = format!("/accounts/{}", account["id"].as_str().unwrap());
        assert_eq!(&pluggy.get(&path).await.body, account);
    }
    let of_type = format!("/accounts?itemId={item_id}&type=CREDIT");
    assert_eq!(pluggy.get(&of_type).await.body["results"], json!([card]));
}

#[tokio::test]
async fn there_are_no_accounts_before_they_are_collected() {
    let unhurried = Settings {
        time_scale: 1,
        ..settings()
    };
    let pluggy = Pluggy::start_with(unhurried).await;

    let item_id = pluggy.connect(2, "user-ok").await;

    assert!(accounts(&pluggy, item_id).await.is_empty());
}

#[tokio::test]
async fn the_accounts_depend_on_the_user_and_on_the_products() {
    let pluggy = Pluggy::start().await;
    let types = |accounts: Vec<Value>| {
        let types = accounts.iter().map(|account| account["type"].clone());
        types.collect::<Vec<_>>()
    };

    let two = accounts_of(&pluggy, "user-ok-two-checking-accounts", "SUCCESS").await;
    assert_ne!(two[0]["id"], two[1]["id"]);
    assert_eq!(types(two), ["BANK", "BANK", "CREDIT"]);

    let part = accounts_of(&pluggy, "user-ok-account-error", "PARTIAL_SUCCESS").await;
    assert_eq!(types(part), ["CREDIT"]);

    assert!(
        accounts_of(&pluggy, "user-locked", "ACCOUNT_LOCKED")
            .await
            .is_empty()
    );

    let mut body = login(2, "user-ok");
    body["products"] = json!(["ACCOUNTS"]);
    let created = pluggy.post("/items", body).await.body;
    let item_id = created["id"].as_str().unwrap().parse().unwrap();
    pluggy.item_once(item_id, "SUCCESS").await;
    assert_eq!(types(accounts(&pluggy, item_id).await), ["BANK"]);
}

#[tokio::test]
async fn a_connect_token_sees_the_main_fields_of_its_items_accounts() {
    let pluggy = Pluggy::start().await;
    let (token, item_id) = connect_with_token(&pluggy).await;
    let path = format!("/accounts?itemId={item_id}");

    let answer = pluggy.send(Method::GET, &path, Some(&token), None).await;

    assert_eq!(answer.status, 200);
    let whole = accounts(&pluggy, item_id).await;
    let reduced = answer.body["results"].as_array().unwrap();
    assert_eq!(reduced.len(), whole.len());
    for (reduced, whole) in reduced.iter().zip(&whole) {
        let fields = reduced.as_object().unwrap();
        assert_eq!(
            fields.keys().map(String::as_str).collect::<BTreeSet<_>>(),
            BTreeSet::from(REDUCED)
        );
        assert!(fields.iter().all(|(name, value)| whole[name] == *value));
    }
}

#[tokio::test]
async fn a_connect_token_sees_nothing_else() {
    let pluggy = Pluggy::start().await;
    let (token, own) = connect_with_token(&pluggy).await;
    let others = pluggy.connect(2, "user-ok").await;
    pluggy.item_once(others, "SUCCESS").await;
    let account = accounts(&pluggy, own).await[0]["id"].clone();
    let account = account.as_str().unwrap();
    let for_update = pluggy.connect_token(json!({ "itemId": others })).await;

    for (token, path) in [
        (&token, format!("/accounts?itemId={others}")),
        (&token, format!("/accounts?itemId={}", Uuid::nil())),
        (&token, format!("/accounts/{account}")),
        (&token, format!("/v2/transactions?accountId={account}")),
        (&for_update, format!("/accounts?itemId={others}")),
    ] {
        let answer = pluggy.send(Method::GET, &path, Some(token), None).await;

        assert_eq!(answer.status, 403, "{path}");
    }
}

#[tokio::test]
async fn accounts_are_deleted_with_their_item() {
    let pluggy = Pluggy::start().await;
    let item_id = pluggy.connect(2, "user-ok").await;
    pluggy.item_once(item_id, "SUCCESS").await;
    let account = accounts(&pluggy, item_id).await[0]["id"].clone();
    let account = account.as_str().unwrap();

    pluggy.delete(&format!("/items/{item_id}")).await;

    assert!(accounts(&pluggy, item_id).await.is_empty());
    for path in [
        format!("/accounts/{account}"),
        format!("/v2/transactions?accountId={account}"),
    ] {
        let answer = pluggy.get(&path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.body["codeDescription"], "ACCOUNT_NOT_FOUND");
    }
}

#[tokio::test]
async fn a_consent_that_ended_leaves_empty_data_and_no_error() {
    let pluggy = Pluggy::start().await;
    let body = json!({ "connectorId": 601, "parameters": { "cpf": "00000000000" } });
    let created = pluggy.post("/items", body).await.body;
    let item_id = created["id"].as_str().unwrap().parse().unwrap();
    pluggy.item_once(item_id, "SUCCESS").await;
    let account = accounts(&pluggy, item_id).await[0]["id"].clone();
    let transactions = format!("/v2/transactions?accountId={}", account.as_str().unwrap());
    let before = pluggy.get(&transactions).await.body;
    assert!(!before["results"].as_array().unwrap().is_empty());

    let path = format!("/sandbox/items/{item_id}/revoke-consent");
    assert_eq!(pluggy.post(&path, json!({})).await.status, 202);

    let consents = pluggy.get(&format!("/consents?itemId={item_id}")).await;
    assert!(consents.body["results"][0]["revokedAt"].is_string());
    assert!(accounts(&pluggy, item_id).await.is_empty());
    let after = pluggy.get(&transactions).await;
    assert_eq!(after.status, 200);
    assert_eq!(after.body, json!({ "results": [], "next": null }));
}

#[tokio::test]
async fn a_connection_without_a_consent_cannot_revoke_one() {
    let pluggy = Pluggy::start().await;
    let item_id = pluggy.connect(2, "user-ok").await;

    assert!(!pluggy.sandbox.revoke_consent(item_id));
}

#[tokio::test]
async fn ids_are_needed_and_must_be_uuids() {
    let pluggy = Pluggy::start().await;

    for path in ["/accounts", "/accounts?itemId=x", "/accounts/x"] {
        assert_eq!(pluggy.get(path).await.status, 400, "{path}");
    }
}

#[tokio::test]
async fn a_list_and_its_entries_share_a_budget_and_transactions_have_another() {
    let limited = Settings {
        account_reads_per_minute: 2,
        transaction_reads_per_minute: 1,
        ..settings()
    };
    let pluggy = Pluggy::start_with(limited).await;
    let id = Uuid::nil();
    let [list, entry, transactions] = [
        format!("/accounts?itemId={id}"),
        format!("/accounts/{id}"),
        format!("/v2/transactions?accountId={id}"),
    ];

    let mut statuses = Vec::new();
    for path in [&list, &entry, &entry, &transactions, &transactions] {
        statuses.push(pluggy.get(path).await.status);
    }

    assert_eq!(statuses, [200, 404, 429, 404, 429]);
}
